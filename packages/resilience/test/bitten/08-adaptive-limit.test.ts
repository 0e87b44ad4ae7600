import { describe, expect, test } from 'vitest';
import { failWith, guarded, ManualClock, seeded } from './fixture.ts';

// concurrency-limits#134, #165: in a loop the limit takes the latency of its own queue for what is usual, and grows.

interface Server {
  readonly workers: number;
  /** The time one call takes a worker, on average. */
  readonly serviceMs: number;
  /** How much of that time a call takes, about 1 on average; a fifth more or less if it is not given. */
  readonly share?: (random: () => number) => number;
}

const exponential = (random: () => number) => -Math.log(1 - random());

/**
 * A dependency with so many workers and a queue without end, asked by `callers` that never pause for longer than
 * `pauseMs`.
 */
async function load(server: Server, callers: number, forMs: number, adaptive: object = {}, pauseMs = 0) {
  const clock = new ManualClock();
  const random = seeded(7);
  let busy = 0;
  const queue: (() => void)[] = [];
  const settings = { share: (random: () => number) => 0.8 + 0.4 * random(), ...server };
  function beginWaiting(): void {
    while (busy < settings.workers && queue.length > 0) queue.shift()?.();
  }
  function work(): Promise<string> {
    return new Promise((resolve) => {
      queue.push(() => {
        busy++;
        clock.setTimer(() => {
          busy--;
          resolve('fine');
          beginWaiting();
        }, settings.serviceMs * settings.share(random));
      });
      beginWaiting();
    });
  }
  const { guard } = guarded(
    {
      deadlineMs: 60_000,
      attemptTimeoutMs: 30_000,
      retry: { enabled: false },
      bulkhead: { maxQueue: 10_000, queueTimeoutMs: 60_000 },
      adaptive,
    },
    { call: work, clock, random },
  );
  const limits: number[] = [];
  let failed = 0;
  let isOver = false;
  async function caller(): Promise<void> {
    while (!isOver) {
      await guard.call('a').catch(() => failed++);
      limits.push(guard.snapshot().policies.adaptive.limit);
      if (pauseMs > 0) await new Promise<void>((resolve) => clock.setTimer(resolve, pauseMs * 2 * random()));
    }
  }
  for (let i = 0; i < callers; i++) caller();
  await clock.advance(forMs);
  const last = () => limits.slice(-500);
  return {
    guard,
    clock,
    server: settings as { workers: number; serviceMs: number },
    usualMs: () => guard.snapshot().policies.adaptive.usualMs,
    failed: () => failed,
    mean: () => last().reduce((sum, limit) => sum + limit, 0) / last().length,
    max: () => Math.max(...last()),
    end: () => {
      isOver = true;
    },
  };
}

describe('the limit for a server that is full', () => {
  test.each([
    [{ workers: 20, serviceMs: 10 }, 20],
    [{ workers: 20, serviceMs: 10 }, 4],
    [{ workers: 20, serviceMs: 10 }, 100],
    [{ workers: 5, serviceMs: 40 }, 20],
    [{ workers: 50, serviceMs: 5 }, 20],
  ])('of %j stays near what it can do, from %i', async (server, initialLimit) => {
    const run = await load(server, 400, 20_000, { initialLimit });
    run.end();
    expect(run.mean()).toBeGreaterThanOrEqual(server.workers * 0.8);
    expect(run.mean()).toBeLessThanOrEqual(server.workers * 2 + 4);
  });

  test('learns no overload that lasts a minute', async () => {
    const run = await load({ workers: 20, serviceMs: 10 }, 400, 60_000, { initialLimit: 20 });
    run.end();
    expect(run.max()).toBeLessThanOrEqual(60);
  });
});

describe('the limit while the server changes', () => {
  test('falls with the workers of it', async () => {
    const run = await load({ workers: 20, serviceMs: 10 }, 60, 10_000);
    run.server.workers = 5;
    await run.clock.advance(20_000);
    run.end();
    expect(run.mean()).toBeGreaterThanOrEqual(4);
    expect(run.mean()).toBeLessThanOrEqual(14);
  });

  test('comes back when the server has become slower for good, though callers never pause', async () => {
    const run = await load({ workers: 20, serviceMs: 10 }, 60, 10_000);
    run.server.serviceMs = 40;
    await run.clock.advance(120_000);
    run.end();
    expect(run.usualMs()).toBeGreaterThan(30);
    expect(run.mean()).toBeGreaterThanOrEqual(16);
    expect(run.mean()).toBeLessThanOrEqual(44);
  });

  test('forgets a latency that was usual once the server is faster', async () => {
    const run = await load({ workers: 5, serviceMs: 40 }, 60, 20_000);
    run.server.serviceMs = 10;
    await run.clock.advance(60_000);
    run.end();
    expect(run.usualMs()).toBeLessThan(15);
    expect(run.mean()).toBeLessThanOrEqual(14);
  });

  test('finds the server that was overloaded when this process began', async () => {
    const run = await load({ workers: 1, serviceMs: 10 }, 300, 5000, { initialLimit: 100 });
    run.server.workers = 20;
    await run.clock.advance(60_000);
    run.end();
    expect(run.mean()).toBeGreaterThanOrEqual(16);
    expect(run.mean()).toBeLessThanOrEqual(44);
  });
});

describe('a server that is well, whose latency varies a lot', () => {
  const oneInTenIsSlow = (random: () => number) => (random() < 0.9 ? 0.5 : 5.5);
  test.each([
    ['exponential', 10, exponential],
    ['exponential', 200, exponential],
    ['one in ten is slow', 10, oneInTenIsSlow],
    ['one in ten is slow', 200, oneInTenIsSlow],
  ])('keeps room for sixty callers: %s, %i ms', async (_name, serviceMs, share) => {
    const run = await load({ workers: 1000, serviceMs, share }, 60, 60_000, {}, 2 * serviceMs);
    run.end();
    expect(run.mean()).toBeGreaterThan(20);
    expect(run.usualMs()).toBeGreaterThan(0.5 * serviceMs);
    expect(run.failed()).toBe(0);
  });
});

describe('what counts as usual', () => {
  /** Calls one after the other, each with this latency. */
  async function calls(tools: ReturnType<typeof guarded>, count: number, latencyMs: number, gapMs = 0) {
    for (let i = 0; i < count; i++) {
      const fate = tools.ask(i);
      await tools.clock.advance(latencyMs);
      tools.asked.at(-1)?.succeed('fine');
      await fate;
      if (gapMs > 0) await tools.clock.advance(gapMs);
    }
  }
  const usualMs = (tools: ReturnType<typeof guarded>) => tools.guard.snapshot().policies.adaptive.usualMs;
  const patient = { deadlineMs: 60_000, attemptTimeoutMs: 30_000, adaptive: {} };

  test('is a matter of time and not of calls: ten slow seconds move it no further at 100 calls a second than at 2', async () => {
    const busy = guarded({ ...patient, breaker: { enabled: false } });
    const quiet = guarded({ ...patient, breaker: { enabled: false } });
    await calls(busy, 600, 10);
    await calls(quiet, 60, 10, 90);
    // Ten seconds of many slow calls at once, and of few.
    for (let step = 0; step < 20; step++) {
      const fates = Array.from({ length: 50 }, (_, i) => busy.ask(i));
      const before = busy.asked.length;
      await busy.clock.advance(500);
      for (const work of busy.asked.slice(before - 50)) work.succeed('slow');
      await Promise.all(fates);
    }
    await calls(quiet, 20, 500);
    expect(usualMs(busy) / usualMs(quiet)).toBeLessThan(2);
    expect(usualMs(busy) / usualMs(quiet)).toBeGreaterThan(0.5);
  });

  test('follows a dependency that has become slower for good', async () => {
    const tools = guarded(patient);
    await calls(tools, 200, 10);
    await calls(tools, 300, 100, 900);
    expect(usualMs(tools)).toBeGreaterThan(50);
  });
});

describe('a hint that says nothing', () => {
  // A library that always sets the field sets it to null.
  test.each([null, undefined, Number.NaN, -1, '', 'soon', {}, false, Number.POSITIVE_INFINITY])(
    'retryAfterMs: %s shrinks no limit',
    async (retryAfterMs) => {
      const tools = guarded({
        retry: { enabled: false },
        breaker: { enabled: false },
        adaptive: { initialLimit: 100 },
      });
      for (let i = 0; i < 60; i++) {
        const fate = tools.ask(i);
        tools.asked.at(-1)?.fail(failWith({ retryAfterMs }));
        await fate;
      }
      expect(tools.guard.snapshot().policies.adaptive.limit).toBe(100);
    },
  );

  test('retryAfterMs: 1000 does', async () => {
    const tools = guarded({
      retry: { enabled: false },
      breaker: { enabled: false },
      adaptive: { initialLimit: 100 },
    });
    for (let i = 0; i < 60; i++) {
      const fate = tools.ask(i);
      tools.asked.at(-1)?.fail(failWith({ retryAfterMs: 1000 }));
      await fate;
    }
    expect(tools.guard.snapshot().policies.adaptive.limit).toBeLessThan(20);
  });
});
