import { ManualClock } from '@ballast/resilience/testing';
import { beforeEach, expect, test } from 'vitest';
import { createChaos, type Fault, faultSchema, maxFaultMs } from './chaos.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

const fault = (forMs: number): Fault => faultSchema.parse({ fault: 'latency', forMs });

test('a fault ends by itself', async () => {
  const chaos = createChaos(clock);
  const { ended } = chaos.start(fault(1000));
  await clock.advance(999);
  expect([chaos.active()?.fault, ended.aborted]).toEqual(['latency', false]);
  await clock.advance(1);
  expect([chaos.active(), ended.aborted]).toEqual([undefined, true]);
});

test('a fault ends by hand', async () => {
  const chaos = createChaos(clock);
  const { ended } = chaos.start(fault(1000));
  chaos.stop();
  expect([chaos.active(), ended.aborted]).toEqual([undefined, true]);
});

test('a new fault replaces the old one and keeps its own time', async () => {
  const chaos = createChaos(clock);
  const { ended } = chaos.start(fault(1000));
  await clock.advance(900);
  chaos.start(fault(1000));
  expect(ended.aborted).toBe(true);
  await clock.advance(999);
  expect(chaos.active()?.remainingMs()).toBe(1);
});

test.each([
  ['an unknown fault', { fault: 'meteor', forMs: 1 }],
  ['no end', { fault: 'hang' }],
  ['an end too far', { fault: 'hang', forMs: maxFaultMs + 1 }],
  ['a ratio of nothing', { fault: 'error', forMs: 1, ratio: 0 }],
  ['a ratio over everything', { fault: 'error', forMs: 1, ratio: 1.1 }],
  ['a status that is no error', { fault: 'error', forMs: 1, status: 200 }],
  ['an unknown key', { fault: 'error', forMs: 1, pid: 1 }],
])('%s is rejected', (_name, body) => {
  expect(faultSchema.safeParse(body).success).toBe(false);
});
