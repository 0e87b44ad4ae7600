import { describe, expect, test } from 'vitest';
import { alone, failWith, guarded } from './fixture.ts';

// axios-retry#72 and ky#45 ask that a Retry-After is heeded at all; here, that it is shared. Who is told to come back later tells nobody else, and everybody asks on.

const busy = (retryAfterMs?: number) =>
  failWith({ verdict: 'busy', ...(retryAfterMs !== undefined && { retryAfterMs }) });

async function busyCalls(
  tools: ReturnType<typeof guarded>,
  count: number,
  retryAfterMs?: number,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = tools.asked.length;
    const fate = tools.ask(i);
    if (tools.asked.length > before) tools.asked.at(-1)?.fail(busy(retryAfterMs));
    await fate;
  }
}

const policy = { ...alone, breaker: { openMs: 5000, maxOpenMs: 60_000, openJitterRatio: 0 } } as const;

describe('a Retry-After that keeps coming', () => {
  test('stops all callers until then: busyCalls in a row open the breaker for that time', async () => {
    const tools = guarded(policy);
    await busyCalls(tools, 5, 3000);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'open', retryInMs: 3000 });
    expect(await tools.ask('other')).toBe('E_BREAKER_OPEN');
    await tools.clock.advance(3000);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('half-open');
  });

  test.each([1, 2, 10])('stops them after %i answers, as busyCalls says', async (busyCalls_) => {
    const tools = guarded({ ...policy, breaker: { ...policy.breaker, busyCalls: busyCalls_ } });
    await busyCalls(tools, busyCalls_ - 1, 3000);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
    await busyCalls(tools, 1, 3000);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('open');
  });

  test.each([
    ['longer than openMs', 20_000, 20_000],
    ['shorter than openMs', 500, 500],
    ['longer than maxOpenMs', 600_000, 60_000],
    ['nothing', 0, 0],
  ])('drives the open time: %s', async (_, retryAfterMs, openMs) => {
    const tools = guarded(policy);
    await busyCalls(tools, 5, retryAfterMs);
    const { state, retryInMs = 0 } = tools.guard.snapshot().policies.breaker as {
      readonly state: string;
      readonly retryInMs?: number;
    };
    expect(state).toBe(openMs === 0 ? 'closed' : 'open');
    expect(retryInMs).toBe(openMs);
  });

  test('counts until the latest moment that was told, not for the sum', async () => {
    const tools = guarded({ ...policy, breaker: { ...policy.breaker, busyCalls: 3 } });
    await busyCalls(tools, 1, 9000);
    await tools.clock.advance(1000);
    await busyCalls(tools, 1, 2000);
    await busyCalls(tools, 1, 2000);
    // The first one said 9 s, of which 8 are left.
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'open', retryInMs: 8000 });
  });

  test('is told to those who are turned away', async () => {
    const tools = guarded(policy);
    await busyCalls(tools, 5, 3000);
    const fate = tools.guard.call('x');
    tools.asked[5]?.succeed('was asked');
    await expect(fate).rejects.toMatchObject({ code: 'E_BREAKER_OPEN', retryAfterMs: 3000 });
  });

  test('is no sign of illness by itself: successes in between keep it closed', async () => {
    const tools = guarded(policy);
    for (let i = 0; i < 30; i++) {
      await busyCalls(tools, 2, 3000);
      const fate = tools.ask('a');
      tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('that says no time opens nothing', async () => {
    const tools = guarded(policy);
    await busyCalls(tools, 100);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('does not double the next open time: nothing failed', async () => {
    const tools = guarded({
      ...policy,
      breaker: { ...policy.breaker, minCalls: 1, probes: 1, rampStageMs: 0 },
    });
    await busyCalls(tools, 5, 1000);
    await tools.clock.advance(1000);
    // The probe is told to wait as well.
    await busyCalls(tools, 1, 1000);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'open', retryInMs: 1000 });
  });
});

describe('doNotCount', () => {
  // A lost race is worth a retry and says nothing about health.
  const lostRace = () => failWith({ doNotCount: true });

  test('is retried like a failure', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000 });
    const answer = guard.call('a');
    asked[0]?.fail(lostRace());
    await clock.advance(200);
    asked[1]?.succeed('second');
    expect((await answer).value).toBe('second');
  });

  test.each(['breaker', 'throttle', 'adaptive'] as const)('counts for nobody: %s', async (protection) => {
    const tools = guarded({
      ...alone,
      breaker: { minCalls: 5 },
      ...(protection !== 'breaker' && { [protection]: {} }),
    });
    for (let i = 0; i < 100; i++) {
      const fate = tools.ask(i);
      tools.asked.at(-1)?.fail(lostRace());
      await fate;
    }
    expect(tools.asked.length).toBe(100);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', failureRatio: 0 });
  });

  test('neither passes nor fails a probe', async () => {
    const tools = guarded({
      ...alone,
      breaker: { minCalls: 1, openMs: 1000, openJitterRatio: 0, probes: 1, rampStageMs: 0 },
    });
    const first = tools.ask('a');
    tools.asked[0]?.fail(failWith());
    await first;
    await tools.clock.advance(1000);
    const probe = tools.ask('probe');
    tools.asked[1]?.fail(lostRace());
    await probe;
    expect(tools.guard.snapshot().policies.breaker.state).toBe('half-open');
    tools.ask('another probe');
    expect(tools.asked.length).toBe(3);
  });
});
