import { readRegistry } from '@ballast/telemetry/registry';
import { beforeAll, describe, expect, test } from 'vitest';
import { decisionsSince } from './jaeger.ts';
import { holds, query } from './prometheus.ts';
import { setTraffic } from './shop.ts';
import { kill, start } from './stack.ts';

const { metrics, events, attributes } = readRegistry();

/** As Prometheus translates them. */
const inPrometheus = (name: string) => name.replaceAll('.', '_');
const suffixes = { counter: '_total', gauge: '', histogram: '_seconds' };
const registered = new Map(
  metrics.map(({ metric_name, instrument, attributes: uses }) => [
    inPrometheus(metric_name) + suffixes[instrument],
    new Set(uses.map(({ ref }) => inPrometheus(ref))),
  ]),
);
/** Of the resource and of the scope. */
const ofAnySeries = /^(__name__|job|instance|service_\w+|otel_scope_\w+)$/;

describe('what the services really send, against the registry', () => {
  // A short outage, so that decisions are taken.
  beforeAll(async () => {
    await setTraffic(5, 5);
    await kill('recommendation');
    await holds('sum(rate(resilience_fallbacks_total[1m])) > 0', 60_000);
    await start('recommendation');
    await holds('sum(rate(resilience_retries_total[5m])) > 0', 60_000);
  });

  test('every resilience metric is registered, with all of its attributes', async () => {
    const series = await query('{__name__=~"resilience_.+"}');
    const strays = series.flatMap(({ metric: { __name__: name = '', ...labels } }) => {
      const known = registered.get(name);
      if (!known) return [name];
      const unknown = Object.keys(labels).filter((label) => !known.has(label) && !ofAnySeries.test(label));
      return unknown.map((label) => `${name}{${label}}`);
    });
    expect([...new Set(strays)]).toEqual([]);
    expect(series.length).toBeGreaterThan(0);
  });

  test('every registered metric is sent', async () => {
    const sent = (await query('group by (__name__) ({__name__=~"resilience_.+"})')).map(
      ({ metric: { __name__: name } }) => name,
    );
    expect([...registered.keys()].filter((name) => !sent.includes(name))).toEqual([]);
  });

  test('every decision on a span is a registered event with registered attributes', async () => {
    const decisions = await decisionsSince('orders', '15m');
    const known = new Map(events.map(({ name, attributes: uses }) => [name, uses.map(({ ref }) => ref)]));
    const strays = decisions
      .filter(({ event }) => String(event).startsWith('resilience.'))
      .flatMap(({ event, ...rest }) =>
        Object.keys(rest)
          .filter((key) => !known.get(String(event))?.includes(key))
          .map((key) => `${event} ${key}`),
      );
    expect([...new Set(strays)]).toEqual([]);
    expect(decisions.map(({ event }) => event)).toContain('resilience.fallback');
  });

  test('the values of closed lists are registered', async () => {
    for (const { id, type } of attributes) {
      if (typeof type === 'string') continue;
      const sent = await query(`group by (${id}) ({__name__=~"resilience_.+", ${id}!=""})`);
      const values = type.members.map(({ value }) => value);
      expect(sent.map(({ metric }) => metric[id]).filter((value) => !values.includes(value ?? ''))).toEqual(
        [],
      );
    }
  });
});
