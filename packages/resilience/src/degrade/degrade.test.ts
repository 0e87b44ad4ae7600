import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { type DegradeReason, type DegradeStep, degraded } from './degrade.ts';

const outage: DegradeReason = { verdict: 'failure', error: new Error('down') };
type Step = DegradeStep<string, string>;
const popular: Step = { source: 'default', answer: () => ({ value: 'popular' }) };
const nothing: Step = { source: 'cached', answer: async () => undefined };
const throws: Step = {
  source: 'cached',
  answer: () => {
    throw new Error('broken step');
  },
};
const rejects: Step = { source: 'cached', answer: () => Promise.reject(new Error('broken cache')) };
const remembered: Step = { source: 'cached', answer: async () => ({ value: 'yesterday', ageMs: 5 }) };

test('answers at once when no step needs time', () => {
  expect(degraded([popular], 'a', new ManualClock(), outage)).toEqual({
    source: 'default',
    value: 'popular',
    ageMs: undefined,
  });
});

test('takes the first step that has an answer', async () => {
  const answer = await degraded([nothing, remembered, popular], 'a', new ManualClock(), outage);
  expect(answer).toEqual({ source: 'cached', value: 'yesterday', ageMs: 5 });
});

test.each([
  ['has nothing', nothing],
  ['throws', throws],
  ['rejects', rejects],
])('goes on to the next step when one %s', async (_, step) => {
  expect(await degraded([step, popular], 'a', new ManualClock(), outage)).toMatchObject({ value: 'popular' });
});

test('goes on to the next step when one hangs', async () => {
  const clock = new ManualClock();
  const hangs: Step = { source: 'cached', timeoutMs: 40, answer: () => new Promise(() => {}) };
  const answer = degraded([hangs, popular], 'a', clock, outage);
  await clock.advance(40);
  expect(await answer).toMatchObject({ value: 'popular' });
});

test('has no answer when no step has', async () => {
  expect(degraded([], 'a', new ManualClock(), outage)).toBeUndefined();
  expect(await degraded([nothing, throws, rejects], 'a', new ManualClock(), outage)).toBeUndefined();
});

test('leaves no timer behind', async () => {
  const clock = new ManualClock();
  await degraded([remembered], 'a', clock, outage);
  expect(clock.pendingTimers).toBe(0);
});
