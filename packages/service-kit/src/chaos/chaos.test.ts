import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createChaos, type Fault, faultSchema, maxFaultMs } from './chaos.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const fault = (forMs: number): Fault => faultSchema.parse({ fault: 'latency', forMs });

test('a fault ends by itself', () => {
  const chaos = createChaos();
  const { ended } = chaos.start(fault(1000));
  vi.advanceTimersByTime(999);
  expect([chaos.active()?.fault, ended.aborted]).toEqual(['latency', false]);
  vi.advanceTimersByTime(1);
  expect([chaos.active(), ended.aborted]).toEqual([undefined, true]);
});

test('a fault ends by hand', () => {
  const chaos = createChaos();
  const { ended } = chaos.start(fault(1000));
  chaos.stop();
  expect([chaos.active(), ended.aborted]).toEqual([undefined, true]);
});

test('a new fault replaces the old one and keeps its own time', () => {
  const chaos = createChaos();
  const { ended } = chaos.start(fault(1000));
  vi.advanceTimersByTime(900);
  chaos.start(fault(1000));
  expect(ended.aborted).toBe(true);
  vi.advanceTimersByTime(999);
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
])('%s is refused', (_name, body) => {
  expect(faultSchema.safeParse(body).success).toBe(false);
});
