import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResilienceEvent } from '@ballast/resilience';
import { trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { readRegistry } from '../registry/registry.ts';
import { renderPage } from '../registry/render.ts';
import { watchState } from '../src/decisions/resilience-gauges.ts';
import { countEvents } from '../src/decisions/resilience-metrics.ts';
import { recordDecision } from '../src/decisions/span-events.ts';
import { startTestingSdk } from '../src/sdk/testing-sdk.ts';

const { spans, descriptorsOf } = startTestingSdk();
const { attributes, metrics, events } = readRegistry();
const common = { dependency: 'inventory', at: 0, context: undefined };
const cause = new Error('gone');

/** One of each kind, with everything that it can carry. */
const samples: { readonly [Type in ResilienceEvent['type']]: ResilienceEvent & { readonly type: Type } } = {
  attempt: {
    ...common,
    type: 'attempt',
    attempt: 2,
    durationMs: 1,
    outcome: 'failure',
    errorCode: 'E',
    cause,
  },
  retry: { ...common, type: 'retry', attempt: 2, delayMs: 50, reason: 'E', cause },
  'retry.rejected': { ...common, type: 'retry.rejected', attempt: 2, reason: 'budget' },
  hedge: { ...common, type: 'hedge', attempt: 2, delayMs: 50 },
  queued: { ...common, type: 'queued', waitMs: 5 },
  rejected: { ...common, type: 'rejected', policy: 'breaker', code: 'E_BREAKER_OPEN' },
  abandoned: { ...common, type: 'abandoned', attempt: 1, forMs: 1100 },
  'abandoned.released': { ...common, type: 'abandoned.released', attempt: 1, forMs: 1100 },
  'stream.failed': { ...common, type: 'stream.failed', attempt: 1, forMs: 1, errorCode: 'E', cause },
  'breaker.transition': {
    ...common,
    type: 'breaker.transition',
    from: 'closed',
    to: 'open',
    reason: 'failures',
  },
  fallback: { ...common, type: 'fallback', source: 'cached', ageMs: 42_000, errorCode: 'E', cause },
  'call.end': {
    ...common,
    type: 'call.end',
    durationMs: 1,
    outcome: 'failure',
    source: 'cached',
    attempts: 2,
    cause,
  },
};

beforeEach(() => spans.reset());

const refs = (uses: readonly { readonly ref: string }[]) => uses.map(({ ref }) => ref).sort();

describe('the registry', () => {
  test('names every attribute that it uses, or it is one of the semantic conventions', () => {
    const known = [...attributes.map(({ id }) => id), 'error.type'];
    const used = [...metrics, ...events].flatMap((signal) => refs(signal.attributes));
    expect(used.filter((ref) => !known.includes(ref))).toEqual([]);
  });

  test.each(Object.values(samples))(
    'has the event $type, with the attributes that are recorded',
    (sample) => {
      trace.getTracer('test').startActiveSpan('order', (span) => {
        recordDecision(sample);
        span.end();
      });
      const [written] = spans.getFinishedSpans()[0]?.events ?? [];
      const registered = events.find(({ name }) => name === written?.name);
      expect(Object.keys(written?.attributes ?? {}).sort()).toEqual(refs(registered?.attributes ?? []));
    },
  );

  test('has no event that does not exist', () => {
    expect(events.map(({ name }) => name)).toEqual(Object.keys(samples).map((type) => `resilience.${type}`));
  });

  test('has the metrics that are recorded: kinds, units, descriptions and attributes', async () => {
    const count = countEvents();
    for (const sample of Object.values(samples)) count(sample);
    watchState({ name: 'inventory', snapshot } as never);
    const recorded = await descriptorsOf('resilience.');
    const registered = metrics.map(({ metric_name, unit, brief, instrument, attributes: uses }) => ({
      name: metric_name,
      unit,
      description: brief,
      instrument,
      attributes: refs(uses),
    }));
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    expect(recorded.sort(byName)).toEqual(registered.sort(byName));
  });

  test('is what docs/telemetry.md shows', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../docs/telemetry.md'), 'utf8')).toBe(renderPage());
  });
});

function snapshot() {
  const bulkhead = { inFlight: 1, limit: 32, queued: 0 };
  return { policies: { breaker: { state: 'closed' }, bulkhead, retry: { budgetAvailable: 3 } } };
}
