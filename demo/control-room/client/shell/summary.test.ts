import { expect, test } from 'vitest';
import type { NodePicture } from '../../../stage/picture.ts';
import type { Frame } from '../../protocol.ts';
import { trafficOf } from '../testing.ts';
import { summarize } from './summary.ts';

const up = { health: 'up', name: 'inventory' } as NodePicture;
const frame = (change: Partial<Frame>) =>
  ({ nodes: [up], edges: [], faults: [], targetRate: 5, ...change }) as unknown as Frame;
const down = (name: string) => frame({ nodes: [{ ...up, name, health: 'down' } as NodePicture] });

test.each([
  [
    'every order is answered',
    frame({}),
    [trafficOf({ live: 10 })],
    'good',
    'Every order is answered in full.',
  ],
  [
    'the cache answers',
    down('recommendation'),
    [trafficOf({ cached: 10 })],
    'degraded',
    'Recommendation is down.',
  ],
  [
    'orders wait for stock',
    down('inventory'),
    [trafficOf({ live: 5, pending: 5 })],
    'degraded',
    '50 % are settled later',
  ],
  [
    'orders are late',
    down('inventory'),
    [trafficOf({ live: 5, late: 5 })],
    'bad',
    '50 % of orders are answered too late',
  ],
  ['orders fail', down('postgres'), [trafficOf({ live: 5, failed: 5 })], 'bad', '50 % of orders fail'],
  ['no order is placed', frame({ targetRate: 0 }), [trafficOf({})], 'quiet', 'no orders are placed'],
  ['no traffic is reported', frame({}), [trafficOf(null)], 'quiet', 'No orders are being answered'],
] as const)('the sentence says when %s', (_name, now, recent, tone, text) => {
  const summary = summarize(now, recent);
  expect(summary.tone).toBe(tone);
  expect(summary.text).toContain(text);
});

test('a single bad answer among many is not a state of the system', () => {
  expect(summarize(frame({}), [trafficOf({ live: 99, failed: 1 })]).tone).toBe('good');
});
