import { describe, expect, test } from 'vitest';
import { alone, guarded, settled } from './fixture.ts';

// resilience4j#1597: a dependency that hangs is noticed when the first call times out, a minute later.

const policy = {
  ...alone,
  attemptTimeoutMs: 60_000,
  breaker: { minCalls: 20, slowCallMs: 1000, slowRatio: 0.8, openJitterRatio: 0 },
} as const;

describe('calls in flight that are slow already', () => {
  test('open the breaker before any of them has ended', async () => {
    const { guard, ask, clock, asked } = guarded(policy);
    for (let i = 0; i < 20; i++) ask(i);
    await clock.advance(1100);
    const next = ask('next');
    asked[20]?.succeed('was asked');
    expect(await next).toBe('E_BREAKER_OPEN');
    expect(asked.length).toBe(20);
    expect(guard.snapshot().policies.breaker.state).toBe('open');
  });

  test('do not when they are fewer than minCalls', async () => {
    const { guard, ask, clock } = guarded(policy);
    for (let i = 0; i < 19; i++) ask(i);
    await clock.advance(30_000);
    ask('next');
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('do not when they are fewer than slowRatio of all', async () => {
    const { guard, ask, clock, asked } = guarded(policy);
    for (let i = 0; i < 15; i++) ask(i);
    await clock.advance(1100);
    for (let i = 0; i < 15; i++) {
      const fate = ask('fast');
      asked.at(-1)?.succeed('fine');
      await fate;
    }
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('count once, in flight and when they end', async () => {
    const { guard, ask, clock, asked } = guarded({ ...policy, breaker: { ...policy.breaker, minCalls: 40 } });
    const fates = Array.from({ length: 30 }, (_, i) => ask(i));
    await clock.advance(1100);
    ask('looks again');
    for (const work of asked) work.succeed('late');
    await Promise.all(fates);
    expect(guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', windowCalls: 31 });
  });

  test('of before a trip count for nothing after it', async () => {
    const { guard, ask, asked, clock } = guarded({
      ...policy,
      breaker: { ...policy.breaker, openMs: 1000, probes: 1, rampStageMs: 0 },
    });
    for (let i = 0; i < 20; i++) ask(i);
    await clock.advance(1100);
    ask('trips it');
    expect(guard.snapshot().policies.breaker.state).toBe('open');
    await clock.advance(1000);
    for (let i = 0; i < 60 && guard.snapshot().policies.breaker.state !== 'closed'; i++) {
      const before = asked.length;
      const fate = ask('probe');
      if (asked.length > before) asked.at(-1)?.succeed('fine');
      await fate;
    }
    for (const work of asked.slice(0, 20)) work.fail(new Error('late'));
    await settled();
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('are no reason to set a timer: the next call looks', async () => {
    const { ask, clock } = guarded(policy);
    for (let i = 0; i < 20; i++) ask(i);
    expect(clock.timersSet).toBeLessThanOrEqual(1);
  });

  test('do not count while the breaker is off', async () => {
    const { guard, ask, clock } = guarded({ ...policy, breaker: { ...policy.breaker, enabled: false } });
    for (let i = 0; i < 20; i++) ask(i);
    await clock.advance(1100);
    ask('next');
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });
});
