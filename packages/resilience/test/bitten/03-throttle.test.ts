import { describe, expect, test } from 'vitest';
import { alone, failWith, guarded, seeded, settled } from './fixture.ts';

// go-zero#5011, Envoy#33739: requests were counted when they entered and their fates when they left, so a window could
// hold fates without requests. Accepts became negative, and everything was rejected.

const throttled = { ...alone, breaker: { enabled: false }, throttle: { windowMs: 60_000 } } as const;

/** How many of so many calls to a dependency that answers well are rejected. */
async function rejectedOf(calls: number, { ask, asked }: Pick<ReturnType<typeof guarded>, 'ask' | 'asked'>) {
  let rejected = 0;
  for (let i = 0; i < calls; i++) {
    const before = asked.length;
    const fate = ask(i);
    if (asked.length > before) asked.at(-1)?.succeed('fine');
    if ((await fate) === 'E_THROTTLED') rejected++;
  }
  return rejected;
}

describe('a healthy dependency is asked, however calls and the window met', () => {
  test.each([1, 5, 50])(
    '%i calls began before the throttle was switched on, and failed after it',
    async (calls) => {
      const tools = guarded({ ...throttled, throttle: { enabled: false } }, { random: seeded(1) });
      for (let i = 0; i < calls; i++) tools.ask(i);
      tools.guard.configure({ throttle: { enabled: true } });
      for (let i = 0; i < calls; i++) tools.work(i).fail(failWith());
      await settled();
      expect(await rejectedOf(1000, tools)).toBeLessThanOrEqual(10);
    },
  );

  test('calls began before it was switched off and on again', async () => {
    const tools = guarded(throttled, { random: seeded(2) });
    for (let i = 0; i < 20; i++) tools.ask(i);
    tools.guard.configure({ throttle: { enabled: false } });
    tools.guard.configure({ throttle: { enabled: true } });
    for (let i = 0; i < 20; i++) tools.work(i).fail(failWith());
    await settled();
    expect(await rejectedOf(1000, tools)).toBeLessThanOrEqual(10);
  });

  test('calls began before the length of the window was changed', async () => {
    const tools = guarded(throttled, { random: seeded(3) });
    for (let i = 0; i < 20; i++) tools.ask(i);
    tools.guard.configure({ throttle: { windowMs: 30_000 } });
    for (let i = 0; i < 20; i++) tools.work(i).fail(failWith());
    await settled();
    expect(await rejectedOf(1000, tools)).toBeLessThanOrEqual(10);
  });

  test('calls took longer than the window, which had forgotten that they began', async () => {
    const tools = guarded({ ...throttled, throttle: { windowMs: 1000 } }, { random: seeded(4) });
    for (let i = 0; i < 20; i++) tools.ask(i);
    await tools.clock.advance(1500);
    for (let i = 0; i < 20; i++) tools.work(i).fail(failWith());
    await settled();
    expect(await rejectedOf(1000, tools)).toBeLessThanOrEqual(10);
  });

  test('calls were cancelled that began before it was switched on', async () => {
    const tools = guarded({ ...throttled, throttle: { enabled: false } }, { random: seeded(5) });
    const cancel = new AbortController();
    for (let i = 0; i < 20; i++) tools.ask(i, { signal: cancel.signal });
    tools.guard.configure({ throttle: { enabled: true } });
    cancel.abort();
    await settled();
    const share = tools.guard.snapshot().policies.throttle as unknown as Record<string, number>;
    for (const value of Object.values(share).filter((it) => typeof it === 'number')) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    expect(await rejectedOf(1000, tools)).toBe(0);
  });
});

describe('what a record may hold', () => {
  const ratio = (tools: ReturnType<typeof guarded>) => tools.guard.snapshot().policies.throttle.rejectRatio;

  test('is each call once, however it is told to change meanwhile', async () => {
    const random = seeded(20);
    const tools = guarded(throttled, { random: () => 0.999 });
    const open = new Set<number>();
    for (let step = 0; step < 3000; step++) {
      const chance = random();
      if (chance < 0.5) {
        const before = tools.asked.length;
        tools.ask(step, random() < 0.2 ? { deadlineMs: 50 } : {});
        if (tools.asked.length > before) open.add(before);
      } else if (chance < 0.9) {
        const index = [...open][Math.floor(random() * open.size)] ?? 0;
        open.delete(index);
        if (random() < 0.5) tools.work(index).succeed('fine');
        else tools.work(index).fail(failWith());
      } else if (chance < 0.92) {
        tools.guard.configure({
          throttle: { enabled: random() < 0.8, windowMs: 1000 * Math.ceil(5 * random()) },
        });
      } else await tools.clock.advance(400 * random());
      expect(ratio(tools)).toBeGreaterThanOrEqual(0);
      expect(ratio(tools)).toBeLessThan(1);
    }
    for (const index of open) tools.work(index).succeed('fine');
    await tools.clock.advance(10_000);
    expect(ratio(tools)).toBe(0);
    expect(await rejectedOf(300, tools)).toBe(0);
  });

  test('is each attempt of a call that is retried, and not the call', async () => {
    const tools = guarded(
      { ...throttled, retry: { maxAttempts: 3, baseDelayMs: 0, budget: { ratio: 10 } } },
      { random: seeded(21) },
    );
    for (let i = 0; i < 200; i++) {
      const fate = tools.ask(i);
      if (i % 2 === 0) tools.asked.at(-1)?.fail(failWith());
      await tools.clock.advance(10);
      tools.asked.at(-1)?.succeed('fine');
      expect(await fate).toBe('live');
    }
    expect(tools.asked.length).toBe(300);
    expect(ratio(tools)).toBe(0);
  });

  test('is not the answers that a dependency owes when it has hung and come back', async () => {
    const tools = guarded({ ...throttled, attemptTimeoutMs: 500 }, { random: seeded(22) });
    const hung = Array.from({ length: 15 }, (_, i) => tools.ask(i));
    await tools.clock.advance(505);
    expect(new Set(await Promise.all(hung))).toEqual(new Set(['E_ATTEMPT_TIMEOUT']));
    for (let i = 0; i < 15; i++) tools.work(i).fail(failWith());
    await settled();
    expect(await rejectedOf(600, tools)).toBeLessThanOrEqual(60);
  });
});

describe('a cold start', () => {
  const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

  test.each([1, 2, 3])('with %i early failures costs a healthy dependency nothing', async (failures) => {
    const rejected = [];
    for (const seed of seeds) {
      const tools = guarded(throttled, { random: seeded(seed) });
      for (let i = 0; i < failures; i++) {
        const fate = tools.ask(i);
        tools.asked.at(-1)?.fail(failWith());
        await fate;
      }
      rejected.push(await rejectedOf(600, tools));
    }
    expect(Math.max(...rejected)).toBeLessThanOrEqual(6);
  });

  test('after a quiet time is a cold start too', async () => {
    const tools = guarded(throttled, { random: seeded(9) });
    await rejectedOf(1000, tools);
    await tools.clock.advance(3_600_000);
    const fate = tools.ask('a');
    tools.asked.at(-1)?.fail(failWith());
    await fate;
    expect(await rejectedOf(600, tools)).toBeLessThanOrEqual(6);
  });

  test('with many callers at once throttles nobody before an answer is there', async () => {
    const tools = guarded(throttled, { random: seeded(10) });
    const fates = Array.from({ length: 64 }, (_, i) => tools.ask(i));
    tools.work(0).fail(failWith());
    await fates[0];
    for (let i = 64; i < 128; i++) fates.push(tools.ask(i));
    expect(tools.asked.length).toBe(128);
  });
});

describe('what it is for', () => {
  test('a dependency that accepts nothing is asked ever less', async () => {
    const { ask, asked } = guarded(throttled, { random: seeded(11) });
    for (let i = 0; i < 1000; i++) {
      const before = asked.length;
      const fate = ask(i);
      if (asked.length > before) asked.at(-1)?.fail(failWith());
      await fate;
    }
    expect(asked.length).toBeLessThan(200);
  });

  test('a dependency that accepts half of the calls gets about all of them, with a multiplier of 2', async () => {
    const { ask, asked } = guarded(throttled, { random: seeded(12) });
    for (let i = 0; i < 1000; i++) {
      const before = asked.length;
      const fate = ask(i);
      if (asked.length > before) {
        if (asked.length % 2 === 0) asked.at(-1)?.fail(failWith());
        else asked.at(-1)?.succeed('fine');
      }
      await fate;
    }
    expect(asked.length).toBeGreaterThan(900);
  });
});
