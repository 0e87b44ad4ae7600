import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';

const throttled = {
  throttle: { multiplier: 2 },
  bulkhead: { enabled: false },
  breaker: { enabled: false },
  retry: { enabled: false },
};

/** Calls one after another; the dependency has room for `capacity` of each call made, saved up to five. */
async function calls(count: number, capacity: number, policy: object = throttled) {
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  let sent = 0;
  let room = 5;
  const call = async () => {
    sent++;
    if (room < 1) throw new Error('overloaded');
    room -= 1;
    return 'fine';
  };
  const kit = guarded(policy, { random, call });
  for (let i = 0; i < count; i++) {
    room = Math.min(5, room + capacity);
    await kit.ask(i);
  }
  return { sent, ...kit };
}

test('rejects nothing while at least half of the requests are accepted', async () => {
  const { sent } = await calls(1000, 0.5);
  expect(sent).toBe(1000);
});

test('sends a dead dependency fewer and fewer requests', async () => {
  const { sent, guard } = await calls(1000, 0);
  expect(sent).toBeLessThan(100);
  expect(guard.snapshot().rejections.throttle).toBe(1000 - sent);
});

test('sends about twice what is accepted', async () => {
  const { sent } = await calls(5000, 0.2);
  expect(sent / 5000).toBeGreaterThan(0.35);
  expect(sent / 5000).toBeLessThan(0.45);
});

test('takes what the breaker rejects neither for sent nor for accepted', async () => {
  const { guard, ask } = await calls(20, 0);
  const { rejectRatio } = guard.snapshot().policies.throttle;
  guard.isolate();
  for (let i = 0; i < 2000; i++) await ask(i);
  expect(guard.snapshot().policies.throttle.rejectRatio).toBeGreaterThanOrEqual(rejectRatio);
});

test('takes what a caller cut short neither for rejected nor for accepted', async () => {
  let isDead = true;
  const call = () => (isDead ? Promise.reject(new Error('overloaded')) : new Promise<string>(() => {}));
  const { guard, ask, clock } = guarded(throttled, { call, random: () => 0.999 });
  for (let i = 0; i < 20; i++) await ask(i);
  const { rejectRatio } = guard.snapshot().policies.throttle;
  expect(rejectRatio).toBeGreaterThan(0.9);
  isDead = false;
  const hurried = Array.from({ length: 200 }, (_, i) => ask(i, { deadlineMs: 50 }));
  await clock.advance(100);
  expect(new Set(await Promise.all(hurried))).toEqual(new Set(['E_DEADLINE']));
  expect(guard.snapshot().policies.throttle.rejectRatio).toBeCloseTo(rejectRatio);
});

test('does not throttle a cold start with many calls in flight', () => {
  const { ask, asked } = guarded(throttled, { random: () => 0 });
  for (let i = 0; i < 64; i++) ask(i);
  expect(asked).toHaveLength(64);
});

test('forgives once the window has moved on', async () => {
  const { guard, clock } = await calls(100, 0);
  expect(guard.snapshot().policies.throttle.rejectRatio).toBeGreaterThan(0.8);
  await clock.advance(120_000);
  expect(guard.snapshot().policies.throttle.rejectRatio).toBe(0);
});

test('is off unless it is named', async () => {
  const { sent } = await calls(200, 0, { ...throttled, throttle: undefined });
  expect(sent).toBe(200);
});

test.each([
  [29, 0],
  [30, 20 / 31],
])(
  'has seen %i calls of a minimum of 30, the first five accepted: rejects %d',
  async (count, rejectRatio) => {
    const { guard } = await calls(count, 0, { ...throttled, throttle: { minCalls: 30 } });
    expect(guard.snapshot().policies.throttle.rejectRatio).toBeCloseTo(rejectRatio);
  },
);

test('counts each attempt of a call once', async () => {
  const { guard, ask, asked, clock } = guarded({
    ...throttled,
    retry: { baseDelayMs: 0, budget: { ratio: 1 } },
    throttle: { minCalls: 20 },
  });
  for (let i = 0; i < 10; i++) {
    expect(guard.snapshot().policies.throttle.rejectRatio).toBe(0);
    const fate = ask(i);
    asked.at(-1)?.fail(new Error('overloaded'));
    await clock.advance(10);
    asked.at(-1)?.fail(new Error('overloaded'));
    await fate;
  }
  expect(asked).toHaveLength(20);
  expect(guard.snapshot().policies.throttle.rejectRatio).toBeCloseTo(20 / 21);
});

test('keeps what it has counted when only its ratios change', async () => {
  const { guard } = await calls(100, 0);
  guard.configure({ throttle: { multiplier: 3 } });
  expect(guard.snapshot().policies.throttle.rejectRatio).toBeGreaterThan(0.8);
});
