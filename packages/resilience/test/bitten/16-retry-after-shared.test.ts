import { describe, expect, test } from 'vitest';
import { defaultAnswer, verdictOfError } from '../../src/index.ts';
import { alone, failWith, guarded } from './fixture.ts';

// axios-retry#72 and ky#45 ask that a Retry-After is heeded at all; here, that it is shared. Who is told to come back
// later tells nobody else, and everybody asks on.

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

describe('the verdict uncounted', () => {
  const lost = Object.assign(new Error('could not serialize access'), { code: '40001' });
  const classify = (error: unknown) =>
    (error as { code?: string }).code === '40001' ? 'uncounted' : undefined;

  test('may be given by the policy, for errors that can not say it', async () => {
    const { guard, asked, clock, events } = guarded({
      deadlineMs: 10_000,
      classify,
      breaker: { minCalls: 1 },
    });
    const answer = guard.call('a');
    asked[0]?.fail(lost);
    await clock.advance(200);
    asked[1]?.succeed('second');
    expect(await answer).toEqual({ value: 'second', source: 'live' });
    expect(events.filter(({ type }) => type === 'breaker.transition')).toEqual([]);
  });

  test('degrades when every attempt was lost, and is told to the step', async () => {
    const heard: unknown[] = [];
    const degradeOn = (_: unknown, verdict: string) => heard.push(verdict) > 0;
    const { guard, asked } = guarded(
      { ...alone, classify },
      { degrade: [defaultAnswer(() => 'popular', { degradeOn })] },
    );
    const answer = guard.call('a');
    asked[0]?.fail(lost);
    expect(await answer).toMatchObject({ value: 'popular', source: 'default', reason: '40001' });
    expect(heard).toEqual(['uncounted']);
  });

  test.each([
    ['a verdict in so many words', { verdict: 'failure', doNotCount: true }, 'failure'],
    ["a caller's fault", { isFailure: false, doNotCount: true }, 'caller'],
    ['a false hint', { doNotCount: false }, 'failure'],
    ['a hint that is no boolean', { doNotCount: 'yes' }, 'failure'],
    ['a failure that does not count', { isFailure: true, doNotCount: true }, 'uncounted'],
  ])('gives way to %s: %j', (_, hints, verdict) => {
    expect(verdictOfError(failWith(hints))).toBe(verdict);
  });

  test('is retried within the budget only', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000, retry: { budget: { minRetries: 0 } } });
    const fate = guard.call('a').catch((error) => error);
    asked[0]?.fail(failWith({ doNotCount: true }));
    await clock.advance(5000);
    expect(await fate).toMatchObject({ message: 'no answer' });
    expect(asked.length).toBe(1);
  });
});

describe('a breaker that was opened by Retry-After', () => {
  const few = {
    ...alone,
    breaker: { busyCalls: 2, openMs: 5000, openJitterRatio: 0.2, minCalls: 2 },
  } as const;

  test('says which limit it was, in the event and in the error', async () => {
    const tools = guarded({ ...few, breaker: { ...few.breaker, openJitterRatio: 0 } });
    await busyCalls(tools, 2, 1000);
    expect(tools.events).toContainEqual(
      expect.objectContaining({
        type: 'breaker.transition',
        from: 'closed',
        to: 'open',
        reason: 'busyCalls',
      }),
    );
    await expect(tools.guard.call('a')).rejects.toMatchObject({
      code: 'E_BREAKER_OPEN',
      limit: 2,
      option: 'breaker.busyCalls',
      retryAfterMs: 1000,
    });
  });

  test('adds its jitter, so that replicas that were told the same do not return together', async () => {
    const tools = guarded(few);
    await busyCalls(tools, 2, 1000);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ retryInMs: 1100 });
  });

  test('counts anew once it has closed', async () => {
    const tools = guarded({ ...few, breaker: { ...few.breaker, probes: 1, rampStageMs: 0 } });
    await busyCalls(tools, 2, 1000);
    await tools.clock.advance(1200);
    for (let i = 0; i < 60 && tools.guard.snapshot().policies.breaker.state !== 'closed'; i++) {
      const before = tools.asked.length;
      const fate = tools.ask(i);
      if (tools.asked.length > before) tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    await busyCalls(tools, 1, 1000);
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('doubles the open time as ever when a probe fails, and counts no opening that was asked for', async () => {
    const tools = guarded({ ...few, breaker: { ...few.breaker, openJitterRatio: 0, probes: 1 } });
    await busyCalls(tools, 2, 1000);
    await tools.clock.advance(1000);
    for (const openMs of [5000, 10_000]) {
      const fate = tools.ask('probe');
      tools.asked.at(-1)?.fail(failWith());
      await fate;
      expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'open', retryInMs: openMs });
      await tools.clock.advance(openMs);
    }
  });

  test('is not opened by it while the breaker is off', async () => {
    const off = guarded({ ...few, breaker: { ...few.breaker, enabled: false } });
    await busyCalls(off, 10, 1000);
    expect(off.guard.snapshot().policies.breaker.state).toBe('closed');
    expect(off.asked.length).toBe(10);
  });
});
