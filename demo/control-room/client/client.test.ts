import { describe, expect, test } from 'vitest';
import type { Quality } from '../../load-generator/quality.ts';
import type { NodePicture, Traffic } from '../../stage/picture.ts';
import type { Frame } from '../protocol.ts';
import { shareColumns, stacked } from './charts/columns.ts';
import { brokenSpans } from './charts/fault-marks.ts';
import { duration, missing, percent, rate } from './format.ts';
import { storyLines } from './orders/story-lines.ts';
import { fieldsOf } from './panels/policy-fields.ts';
import { summarize } from './shell/summary.ts';

const nobody = {
  live: 0,
  cached: 0,
  default: 0,
  disabled: 0,
  pending: 0,
  rejected: 0,
  refused: 0,
  failed: 0,
};
const second = (counts: Partial<Record<Quality, number>> | null, at = 1000): Traffic => ({
  at,
  offered: 10,
  good: 10,
  p50Ms: 5,
  p99Ms: 9,
  counts: counts && { ...nobody, ...counts },
});

describe('numbers', () => {
  test('one that is missing is a dash, never a zero', () => {
    for (const show of [rate, duration, percent]) {
      expect(show(null)).toBe(missing);
      expect(show(Number.NaN)).toBe(missing);
      expect(show(0)).not.toBe(missing);
    }
  });

  test('a share never rounds a loss away, nor a trickle to nothing', () => {
    expect(percent(0.9999)).toBe('99.9 %');
    expect(percent(0.0004)).toBe('0.1 %');
    expect([percent(0), percent(0.5), percent(1)]).toEqual(['0 %', '50 %', '100 %']);
  });

  test('a duration keeps the unit one thinks in', () => {
    expect([0.42, 24.4, 1240, 42_000, 180_000].map(duration)).toEqual([
      '0.4 ms',
      '24 ms',
      '1.2 s',
      '42 s',
      '3 min',
    ]);
  });
});

describe('the sentence', () => {
  const up = { health: 'up', name: 'inventory' } as NodePicture;
  const frame = (change: Partial<Frame>) =>
    ({ nodes: [up], edges: [], faults: [], targetRate: 5, ...change }) as unknown as Frame;
  const down = (name: string) => frame({ nodes: [{ ...up, name, health: 'down' } as NodePicture] });

  test.each([
    ['all is well', frame({}), [second({ live: 10 })], 'good', 'Every order is answered in full.'],
    [
      'the cache answers',
      down('recommendation'),
      [second({ cached: 10 })],
      'degraded',
      'Recommendation is down.',
    ],
    [
      'orders wait for stock',
      down('inventory'),
      [second({ live: 5, pending: 5 })],
      'degraded',
      '50 % are settled later',
    ],
    ['orders fail', down('postgres'), [second({ live: 5, failed: 5 })], 'bad', '50 % of orders fail'],
    ['nobody orders', frame({ targetRate: 0 }), [second({})], 'quiet', 'nobody is ordering'],
    ['nobody counts', frame({}), [second(null)], 'quiet', 'No orders are being answered'],
  ] as const)('says when %s', (_name, now, recent, tone, text) => {
    const summary = summarize(now, recent);
    expect(summary.tone).toBe(tone);
    expect(summary.text).toContain(text);
  });

  test('a single bad answer among many is not a state of the system', () => {
    expect(summarize(frame({}), [second({ live: 99, failed: 1 })]).tone).toBe('good');
  });
});

describe('the story of an order', () => {
  test('is told in the words of the one who decided', () => {
    const lines = storyLines([
      {
        atMs: 301,
        dependency: 'recommendation',
        type: 'attempt',
        attempt: 1,
        durationMs: 300,
        outcome: 'timeout',
      },
      { atMs: 301, dependency: 'recommendation', type: 'retry.rejected', reason: 'budget' },
      { atMs: 301, dependency: 'recommendation', type: 'breaker.transition', from: 'closed', to: 'open' },
      { atMs: 302, dependency: 'recommendation', type: 'fallback', source: 'cached', ageMs: 42_000 },
      { atMs: 302, dependency: 'recommendation', type: 'call.end', durationMs: 302, source: 'cached' },
      { atMs: 303, dependency: 'recommendation', type: 'something new' },
    ]);
    expect(lines.map(({ text }) => text)).toEqual([
      'attempt 1 timed out at 300 ms',
      'retry refused: budget empty',
      'breaker closed → open',
      'served from cache, 42 s old',
    ]);
    expect(lines[0]).toMatchObject({ startMs: 1, endMs: 301, tone: 'bad' });
  });
});

describe('charts', () => {
  test('shares stack to one, and a second nobody counted is a gap', () => {
    const [, ...levels] = shareColumns([second({ live: 3, failed: 1 }), second(null), second({})]);
    expect(levels).toHaveLength(stacked.length);
    expect(levels.at(-1)).toEqual([1, null, null]);
    expect(levels[stacked.indexOf('failed')]?.[0]).toBe(0.25);
  });

  test('a span is broken from its first break to its heal, or until now', () => {
    const mark = (at: number, kind: 'break' | 'heal', target: 'orders' | 'redis') => ({
      at,
      kind,
      target,
      text: '',
    });
    const marks = [
      mark(1, 'break', 'orders'),
      mark(2, 'break', 'orders'),
      mark(3, 'break', 'redis'),
      mark(4, 'heal', 'orders'),
    ];
    expect(brokenSpans(marks, 9)).toEqual([
      [1, 4],
      [3, 9],
    ]);
  });
});

test('a policy is shown by its own names, with the unit they carry', () => {
  const policy = {
    state: 'open',
    failureRatio: 0.5,
    retryInMs: 1500,
    budget: { maxRatio: 0.1 },
    none: null,
    settings: {},
  };
  expect(fieldsOf(policy)).toEqual([
    { name: 'failure ratio', value: '50 %' },
    { name: 'retry in', value: '1.5 s' },
    { name: 'budget max ratio', value: '10 %' },
    { name: 'none', value: missing },
  ]);
});
