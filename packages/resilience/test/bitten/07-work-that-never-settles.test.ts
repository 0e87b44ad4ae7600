import { describe, expect, test } from 'vitest';
import type { ResilienceEvent } from '../../src/index.ts';
import { guarded, settled } from './fixture.ts';

// Work that ignores its signal and never settles keeps its permit for ever.

const narrow = {
  deadlineMs: 10_000,
  attemptTimeoutMs: 100,
  retry: { enabled: false },
  breaker: { enabled: false },
  bulkhead: { maxConcurrent: 2, maxQueue: 0 },
} as const;

/** Takes every permit with work that never settles, until nobody waits for it any more. */
async function lose({ ask, clock }: ReturnType<typeof guarded>, calls = 2): Promise<void> {
  const fates = Array.from({ length: calls }, (_, i) => ask(`lost ${i}`));
  await clock.advance(110);
  await Promise.all(fates);
}

describe('work that nobody waits for and that does not settle', () => {
  test('holds its permit at first: it still occupies the dependency', async () => {
    const tools = guarded(narrow);
    await lose(tools);
    expect(await tools.ask('a')).toBe('E_BULKHEAD_FULL');
  });

  test('gives its permit back after the lease, so that the dependency is asked again', async () => {
    const tools = guarded(narrow);
    await lose(tools);
    let rejected = 0;
    for (let second = 0; second < 3600; second += 10) {
      await tools.clock.advance(10_000);
      const before = tools.asked.length;
      const fate = tools.ask('a');
      if (tools.asked.length > before) tools.asked.at(-1)?.succeed('fine');
      if ((await fate) === 'E_BULKHEAD_FULL') rejected++;
    }
    // The default lease is half a minute.
    expect(rejected).toBeLessThanOrEqual(3);
  });

  test.each([500, 5000])('gives it back after abandonedLeaseMs: %i', async (abandonedLeaseMs) => {
    const tools = guarded({ ...narrow, bulkhead: { ...narrow.bulkhead, abandonedLeaseMs } });
    await lose(tools);
    await tools.clock.advance(abandonedLeaseMs - 200);
    expect(await tools.ask('a')).toBe('E_BULKHEAD_FULL');
    await tools.clock.advance(210);
    tools.ask('b');
    expect(tools.asked.length).toBe(3);
  });

  test('admits who waits in the queue when a lease ends', async () => {
    const tools = guarded({
      ...narrow,
      attemptTimeoutMs: 100,
      bulkhead: { maxConcurrent: 1, maxQueue: 5, queueTimeoutMs: 5000, abandonedLeaseMs: 500 },
    });
    await lose(tools, 1);
    tools.ask('waiting');
    await tools.clock.advance(600);
    expect(tools.asked.map(({ input }) => input)).toEqual(['lost 0', 'waiting']);
  });

  test('keeps its permit for as long as it runs, when it is asked to', async () => {
    const bulkhead = { ...narrow.bulkhead, abandonedLeaseMs: Number.MAX_SAFE_INTEGER };
    const tools = guarded({ ...narrow, bulkhead });
    await lose(tools);
    await tools.clock.advance(3_600_000);
    expect(await tools.ask('a')).toBe('E_BULKHEAD_FULL');
  });

  test('that settles after its lease gives no permit back a second time', async () => {
    const tools = guarded({ ...narrow, bulkhead: { ...narrow.bulkhead, abandonedLeaseMs: 500 } });
    await lose(tools);
    await tools.clock.advance(600);
    tools.ask('a');
    tools.ask('b');
    tools.work(0).succeed('late');
    tools.work(1).fail(new Error('late'));
    await settled();
    expect(await tools.ask('c')).toBe('E_BULKHEAD_FULL');
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 2, abandoned: 0 });
  });

  test('is counted in the snapshot until it settles', async () => {
    const tools = guarded(narrow);
    await lose(tools);
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 2, abandoned: 2 });
    tools.work(0).succeed('late');
    await settled();
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 1, abandoned: 1 });
    await tools.clock.advance(60_000);
    // No permit any more, but it still runs.
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, abandoned: 1 });
  });

  test.each([
    ['timeout', { attemptTimeoutMs: 100 }, undefined],
    ['deadline', { attemptTimeoutMs: 5000, deadlineMs: 100 }, undefined],
    ['cancel', { attemptTimeoutMs: 5000 }, new AbortController()],
  ])('is told by an event when it is abandoned and when its lease ends: %s', async (_, policy, cancel) => {
    const tools = guarded({
      ...narrow,
      ...policy,
      bulkhead: { ...narrow.bulkhead, abandonedLeaseMs: 500 },
    });
    tools.ask('a', { context: 'order 7', ...(cancel && { signal: cancel.signal }) });
    await tools.clock.advance(80);
    cancel?.abort();
    await tools.clock.advance(1000);
    const told = (tools.events as (ResilienceEvent & { readonly type: string })[]).filter(({ type }) =>
      type.startsWith('abandoned'),
    );
    expect(told).toMatchObject([
      { type: 'abandoned', attempt: 1, context: 'order 7' },
      { type: 'abandoned.released', attempt: 1, context: 'order 7' },
    ]);
  });

  test('that settles in time is told of by nothing', async () => {
    const tools = guarded(narrow);
    const fate = tools.ask('a');
    tools.work(0).succeed('fine');
    await fate;
    await tools.clock.advance(60_000);
    expect(tools.events.map(({ type }) => type)).toEqual(['attempt', 'call.end']);
  });

  test('does not keep a probe out: the breaker finds out that the dependency is back', async () => {
    const tools = guarded({
      ...narrow,
      breaker: { enabled: true, minCalls: 2, openMs: 1000, openJitterRatio: 0, probes: 1, rampStageMs: 0 },
    });
    await lose(tools);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('open');
    await tools.clock.advance(1000);
    for (let i = 0; i < 200; i++) {
      const before = tools.asked.length;
      const fate = tools.ask(`probe ${i}`);
      if (tools.asked.length > before) tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    expect(tools.asked.length).toBeGreaterThan(2);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('gives it back at once when the lease is shortened below what it has had', async () => {
    const tools = guarded(narrow);
    await lose(tools);
    await tools.clock.advance(5000);
    tools.guard.configure({ bulkhead: { abandonedLeaseMs: 1000 } });
    await tools.clock.advance(1);
    tools.ask('a');
    expect(tools.asked.length).toBe(3);
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 1, abandoned: 2 });
  });

  test('keeps it longer when the lease is made longer', async () => {
    const tools = guarded({ ...narrow, bulkhead: { ...narrow.bulkhead, abandonedLeaseMs: 1000 } });
    await lose(tools);
    await tools.clock.advance(500);
    tools.guard.configure({ bulkhead: { abandonedLeaseMs: Number.MAX_SAFE_INTEGER } });
    await tools.clock.advance(100_000);
    tools.ask('a');
    expect(tools.asked.length).toBe(2);
    tools.guard.configure({ bulkhead: { abandonedLeaseMs: 2000 } });
    await tools.clock.advance(1);
    tools.ask('b');
    expect(tools.asked.length).toBe(3);
  });

  test('is reported once, however often the lease is changed', async () => {
    const tools = guarded(narrow);
    await lose(tools, 1);
    for (const abandonedLeaseMs of [50_000, 10_000, 20_000]) {
      await tools.clock.advance(200);
      tools.guard.configure({ bulkhead: { abandonedLeaseMs } });
    }
    await tools.clock.advance(100_000);
    const reported = tools.events.map(({ type }) => type).filter((type) => type.startsWith('abandoned'));
    expect(reported).toEqual(['abandoned', 'abandoned.released']);
  });

  test('of a retried call holds one permit, and gives that back once', async () => {
    const tools = guarded({
      ...narrow,
      retry: { enabled: true, baseDelayMs: 10, budget: { enabled: false } },
      bulkhead: { ...narrow.bulkhead, abandonedLeaseMs: 500 },
    });
    const fate = tools.ask('a');
    await tools.clock.advance(400);
    expect(await fate).toBe('E_ATTEMPT_TIMEOUT');
    expect(tools.asked.length).toBe(2);
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 1, abandoned: 1 });
    await tools.clock.advance(1000);
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, abandoned: 1 });
    tools.work(0).succeed('late');
    tools.work(1).succeed('late');
    await settled();
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, abandoned: 0 });
  });
});
