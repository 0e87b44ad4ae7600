import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import { AdaptiveLimit, adaptiveDefaults } from './adaptive-limit.ts';

const settings = { ...adaptiveDefaults, enabled: true };

function limitAfter(samples: { ms: number; inFlight?: number; times?: number }[]): number {
  const limit = new AdaptiveLimit(settings);
  let nowMs = 1_000_000;
  for (const { ms, inFlight, times = 1 } of samples) {
    for (let i = 0; i < times; i++) {
      const calls = inFlight ?? limit.limit;
      nowMs += ms / calls;
      limit.sample(ms, calls, nowMs);
    }
  }
  return limit.limit;
}

test('grows while latency stays as it was', () => {
  expect(limitAfter([{ ms: 10, times: 5000 }])).toBe(settings.maxLimit);
});

test('shrinks when answers take longer than they used to', () => {
  const calm = limitAfter([{ ms: 10, times: 2200 }]);
  const slow = limitAfter([
    { ms: 10, times: 2200 },
    { ms: 100, times: 50 },
  ]);
  expect(slow).toBeLessThan(calm / 3);
});

test('recovers when latency comes back down', () => {
  const after = limitAfter([
    { ms: 10, times: 2200 },
    { ms: 100, times: 50 },
    { ms: 10, times: 200 },
  ]);
  expect(after).toBeGreaterThan(50);
});

test('shrinks for no call that took no time', () => {
  const limit = new AdaptiveLimit(settings);
  for (let i = 0; i < 200; i++) limit.sample(0, limit.limit, 1_000_000 + 100 * i);
  expect(limit.limit).toBeGreaterThan(settings.initialLimit);
});

test('does not grow while less than half of it is used', () => {
  expect(limitAfter([{ ms: 10, inFlight: 3, times: 1000 }])).toBe(settings.initialLimit);
});

test('stays within its bounds', () => {
  const limit = new AdaptiveLimit(settings);
  for (let i = 0; i < 1000; i++) limit.drop();
  expect(limit.limit).toBe(settings.minLimit);
});

test('takes the place of the fixed limit when it is named', () => {
  const { ask, asked } = guarded({ adaptive: { initialLimit: 5 }, bulkhead: { maxConcurrent: 32 } });
  for (let i = 0; i < 20; i++) ask(i);
  expect(asked).toHaveLength(5);
});

test('shrinks by timeouts of real calls', async () => {
  const { guard, ask, clock } = guarded({ adaptive: { initialLimit: 20 }, retry: { enabled: false } });
  for (let i = 0; i < 10; i++) ask(i);
  await clock.advance(600);
  expect(guard.snapshot().policies.adaptive.limit).toBe(Math.floor(20 * 0.9 ** 10));
});

test.each([
  [{ maxLimit: 10 }, 10],
  [{ minLimit: 30 }, 30],
])('begins within its bounds: %j', (adaptive, limit) => {
  expect(guarded({ adaptive }).guard.snapshot().policies.adaptive.limit).toBe(limit);
});

/** A dependency that answers within 10 ms, and has answered often enough for that to be usual. */
async function usual() {
  const kit = guarded({
    adaptive: { initialLimit: 20 },
    retry: { enabled: false },
    breaker: { enabled: false },
  });
  for (let i = 0; i < 5; i++) {
    const fate = kit.ask(i);
    await kit.clock.advance(10);
    kit.asked.at(-1)?.succeed('fine');
    await fate;
  }
  const limit = () => kit.guard.snapshot().policies.adaptive.limit;
  return { ...kit, limit };
}

test('does not shrink by callers in a hurry', async () => {
  const { ask, clock, limit } = await usual();
  for (let i = 0; i < 10; i++) {
    ask(i, { deadlineMs: 3 });
    await clock.advance(10);
  }
  expect(limit()).toBe(20);
});

test('shrinks by deadlines that the usual answer would have met', async () => {
  const { ask, clock, limit } = await usual();
  for (let i = 0; i < 10; i++) ask(i, { deadlineMs: 50 });
  await clock.advance(60);
  expect(limit()).toBe(Math.floor(20 * 0.9 ** 10));
});

test('is off unless it is named', () => {
  const { guard, ask, asked } = guarded({ bulkhead: { maxConcurrent: 8 } });
  for (let i = 0; i < 20; i++) ask(i);
  expect(asked).toHaveLength(8);
  expect(guard.snapshot().policies.adaptive.enabled).toBe(false);
});
