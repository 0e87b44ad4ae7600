import { describe, expect, test } from 'vitest';
import { type Clock, type DegradeStep, dependency, standardPolicy, systemClock } from '../../src/index.ts';
import { alone, failWith, guarded, settled } from './fixture.ts';

describe('a Retry-After that is no time', () => {
  // A negative one made the retry come at once, without jitter, and NaN never.
  test.each([-1, -60_000, Number.NaN, Number.POSITIVE_INFINITY, null, '', '2', 'soon', {}, [1], true])(
    '(%j) is none: the retry comes after the backoff, with jitter',
    async (retryAfterMs) => {
      const { guard, asked, clock, events } = guarded({ deadlineMs: 10_000, retry: { baseDelayMs: 100 } });
      guard.call('a').catch(() => {});
      asked[0]?.fail(failWith({ retryAfterMs }));
      await clock.advance(1000);
      expect(asked.length).toBe(2);
      expect(events.find(({ type }) => type === 'retry')).toMatchObject({ delayMs: 50 });
    },
  );

  test.each([
    [0, 50],
    [-0, 50],
    [0.2, 51],
    [1500.5, 1551],
    [2000, 2050],
  ])(
    '(%d ms) that is a fraction or zero is rounded up, and has its jitter: %d',
    async (retryAfterMs, delayMs) => {
      const { guard, asked, clock, events } = guarded({ deadlineMs: 10_000, retry: { baseDelayMs: 100 } });
      guard.call('a').catch(() => {});
      asked[0]?.fail(failWith({ retryAfterMs }));
      await clock.advance(5000);
      expect(events.find(({ type }) => type === 'retry')).toMatchObject({ delayMs });
    },
  );

  test.each([20_000, 2 ** 31, 2 ** 53, Number.MAX_VALUE])(
    'of %d ms is too long for the deadline',
    async (retryAfterMs) => {
      const { ask, asked, events } = guarded({ deadlineMs: 10_000 });
      const fate = ask('a');
      asked[0]?.fail(failWith({ retryAfterMs }));
      await fate;
      expect(events.find(({ type }) => type.startsWith('retry'))).toMatchObject({ reason: 'deadline' });
    },
  );
});

describe('a time that no timer can wait for', () => {
  // Node takes a delay over 2^31 - 1 ms for 1 ms.
  const tooLong = [2 ** 31, 2 ** 32, 2 ** 53];
  const options = [
    'deadline.deadlineMs',
    'timeout.attemptTimeoutMs',
    'bulkhead.queueTimeoutMs',
    'bulkhead.abandonedLeaseMs',
    'retry.baseDelayMs',
    'retry.maxDelayMs',
    'breaker.probeTimeoutMs',
    'breaker.rampStageMs',
  ];
  const nested = (path: string, value: number) =>
    path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;

  test.each(options.flatMap((option) => tooLong.map((value) => ({ option, value }))))(
    'is either waited for or rejected by name: $option of $value',
    async ({ option, value }) => {
      let policy: ReturnType<typeof standardPolicy>;
      try {
        policy = standardPolicy(nested(option, value));
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_INVALID_OPTION', option });
        return;
      }
      const delays: number[] = [];
      const clock: Clock = {
        now: systemClock.now,
        setTimer(callback, delayMs, kind) {
          delays.push(delayMs);
          return systemClock.setTimer(callback, delayMs, kind);
        },
      };
      const guard = dependency({ name: 'x', policy, clock, call: () => new Promise<string>(() => {}) });
      const cancel = new AbortController();
      const fate = guard.call(undefined as never, { signal: cancel.signal }).catch(({ code }) => code);
      await new Promise((resolve) => setTimeout(resolve, 10));
      cancel.abort();
      expect(await fate).toBe('E_CANCELLED');
      expect(Math.max(...delays)).toBeLessThan(2 ** 31);
    },
  );

  test.each(tooLong)('of a step is either waited for or rejected by name: %d', async (timeoutMs) => {
    const step: DegradeStep<unknown, string> = {
      source: 'default',
      timeoutMs,
      answer: () => new Promise((resolve) => setTimeout(resolve, 20, { value: 'made up' })),
    };
    const make = () => guarded(alone, { degrade: [step], clock: { ...systemClock } });
    let tools: ReturnType<typeof make>;
    try {
      tools = make();
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_INVALID_OPTION' });
      return;
    }
    const answer = tools.guard.call('a');
    tools.asked[0]?.fail(failWith());
    expect(await answer).toMatchObject({ value: 'made up' });
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 53])(
    'of a caller is bounded by the policy: %d',
    async (deadlineMs) => {
      const { ask, clock } = guarded({ deadlineMs: 500, attemptTimeoutMs: 10_000 });
      const fate = ask('a', { deadlineMs });
      await clock.advance(510);
      expect(['E_DEADLINE', 'E_INVALID_OPTION']).toContain(await fate);
    },
  );
});

describe('the histogram of latencies', () => {
  const slow = { ...alone, attemptTimeoutMs: 400_000, breaker: { enabled: false } } as const;

  /** Calls that take so long each, all at once. */
  async function calls({ ask, asked, clock }: ReturnType<typeof guarded>, count: number, latencyMs: number) {
    const first = asked.length;
    const fates = Array.from({ length: count }, (_, i) => ask(i));
    const sent = asked.slice(first, first + count);
    await clock.advance(latencyMs);
    for (const work of sent) work.succeed('fine');
    await Promise.all(fates);
  }

  test.each([17_000, 30_000, 60_000, 300_000])('knows calls of %d ms', async (latencyMs) => {
    const tools = guarded(slow);
    await calls(tools, 25, latencyMs);
    const { p50, p99 } = tools.guard.snapshot().latencyMs;
    for (const quantile of [p50, p99]) {
      expect(quantile).toBeGreaterThan(latencyMs * 0.8);
      expect(quantile).toBeLessThan(latencyMs * 1.25);
    }
  });

  test.each([17_000, 30_000, 60_000])('starts no hedge before what is usual: %d ms', async (latencyMs) => {
    const tools = guarded({ ...slow, retry: { maxAttempts: 2 }, hedge: { minCalls: 20 } });
    await calls(tools, 25, latencyMs);
    const before = tools.asked.length;
    tools.ask('a');
    await tools.clock.advance(latencyMs * 0.9);
    expect(tools.asked.length - before).toBe(1);
    await tools.clock.advance(latencyMs * 0.3);
    expect(tools.asked.length - before).toBe(2);
  });
});

describe('a slow call that the caller cancels', () => {
  // resilience4j#682: it weighs as much as a slow answer, and no more.
  const policy = {
    ...alone,
    breaker: { minCalls: 20, slowCallMs: 100, failureRatio: 0.5, slowRatio: 0.8 },
  } as const;

  async function outcomes(slowCalls: number, end: 'cancel' | 'deadline' | 'answer') {
    const tools = guarded(policy);
    for (let i = 0; i < 20; i++) {
      const cancel = new AbortController();
      // The slow ones last: a fast answer is no reason to judge.
      const isSlow = i >= 20 - slowCalls;
      const fate = tools.ask(i, {
        signal: cancel.signal,
        ...(end === 'deadline' && isSlow && { deadlineMs: 150 }),
      });
      if (isSlow) {
        await tools.clock.advance(160);
        if (end === 'cancel') cancel.abort();
        if (end === 'answer') tools.asked.at(-1)?.succeed('fine');
      } else tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    return tools.guard.snapshot().policies.breaker;
  }

  test.each(['cancel', 'deadline', 'answer'] as const)(
    'counts as slow and not as failed: %s',
    async (end) => {
      expect(await outcomes(12, end)).toMatchObject({ state: 'closed', failureRatio: 0, slowRatio: 0.6 });
    },
  );

  test.each(['cancel', 'deadline', 'answer'] as const)(
    'opens at the ratio of slow calls: %s',
    async (end) => {
      expect((await outcomes(18, end)).state).toBe('open');
    },
  );

  test('that was not slow says nothing', async () => {
    const tools = guarded(policy);
    for (let i = 0; i < 40; i++) {
      const cancel = new AbortController();
      const fate = tools.ask(i, { signal: cancel.signal });
      await tools.clock.advance(50);
      cancel.abort();
      await fate;
    }
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', windowCalls: 0 });
  });
});

test('a time that a caller made up of nothing is no time, and rejects', async () => {
  for (const deadlineMs of [Number.NaN, -1, 0]) {
    const { ask, asked } = guarded(alone, { degrade: [] });
    expect(['E_DEADLINE', 'E_INVALID_OPTION']).toContain(await ask('a', { deadlineMs }));
    expect(asked.length).toBe(0);
    await settled();
  }
});

test('a promised flag is waited for though the deadline is longer than any timer', async () => {
  const guard = dependency({
    name: 'prices',
    policy: standardPolicy({ ...alone, deadlineMs: 2 ** 40 }),
    isEnabled: () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 20)),
    disabledValue: () => 'off',
    call: async () => 'live',
  });
  expect((await guard.call('a')).value).toBe('live');
});
