import { describe, expect, it } from 'vitest';
import { FakeClock } from '../test/fake-clock.ts';
import { BypassBreaker } from './bypass-breaker.ts';

function closedBreaker({ random = (): number => 1 } = {}) {
  const clock = new FakeClock();
  const transitions: string[] = [];
  const onTransition = (to: string, reason: string) => transitions.push(`${to}: ${reason}`);
  const breaker = new BypassBreaker({
    openMs: 1000,
    maxOpenMs: 8000,
    now: clock.now,
    random,
    onTransition,
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.admit()?.('down');
  };
  return { breaker, clock, transitions, fail };
}

function openBreaker(options?: { random: () => number }) {
  const made = closedBreaker(options);
  made.fail(5);
  return made;
}

describe('BypassBreaker', () => {
  it('stays closed below five failures in the last ten commands', () => {
    const { breaker, fail } = closedBreaker();
    for (let i = 0; i < 20; i++) {
      fail(2);
      for (let ok = 0; ok < 4; ok++) breaker.admit()?.();
    }
    expect(breaker.state).toBe('closed');
  });

  it('opens at the fifth failure in the last ten commands, successes between them or not', () => {
    const { breaker, fail } = closedBreaker();
    for (let i = 0; i < 4; i++) {
      fail(1);
      breaker.admit()?.();
    }
    expect(breaker.state).toBe('closed');
    fail(1);
    expect(breaker.state).toBe('open');
    expect(breaker.admit()).toBeUndefined();
  });

  it('forgets failures from before a quiet spell', async () => {
    const { breaker, clock, fail } = closedBreaker();
    fail(4);
    await clock.advance(10_001);
    fail(1);
    expect(breaker.state).toBe('closed');
  });

  it('admits one probe after the pause and bypasses the rest until it reports', async () => {
    const { breaker, clock } = openBreaker();
    await clock.advance(999);
    expect(breaker.admit()).toBeUndefined();
    await clock.advance(1);
    const probe = breaker.admit();
    expect(probe).toBeDefined();
    expect(breaker.admit()).toBeUndefined();
    probe?.();
    expect(breaker.state).toBe('closed');
  });

  it('doubles the pause with every failed probe up to the cap, and starts over once closed', async () => {
    const { breaker, clock, fail } = openBreaker();
    for (const pauseMs of [1000, 2000, 4000, 8000, 8000]) {
      await clock.advance(pauseMs - 1);
      expect(breaker.admit()).toBeUndefined();
      await clock.advance(1);
      breaker.admit()?.('still down');
    }
    await clock.advance(8000);
    breaker.admit()?.();
    fail(5);
    await clock.advance(1000);
    expect(breaker.admit()).toBeDefined();
  });

  it('starts with a clean record once closed', async () => {
    const { breaker, clock, fail } = openBreaker();
    await clock.advance(1000);
    breaker.admit()?.();
    fail(4);
    expect(breaker.state).toBe('closed');
  });

  it('spreads the pause over half of its length, so replicas do not probe together', async () => {
    const { breaker, clock } = openBreaker({ random: () => 0 });
    await clock.advance(500);
    expect(breaker.admit()).toBeDefined();
  });

  it('ignores reports on commands sent before the last transition', async () => {
    const { breaker, clock, fail } = closedBreaker();
    const late = breaker.admit();
    fail(5);
    await clock.advance(1000);
    const probe = breaker.admit();
    late?.();
    expect(breaker.state).toBe('half-open');
    probe?.('down');
    expect(breaker.state).toBe('open');
  });

  it('counts a command once, however often it reports', () => {
    const { breaker } = closedBreaker();
    const report = breaker.admit();
    for (let i = 0; i < 10; i++) report?.('down');
    expect(breaker.state).toBe('closed');
  });

  it('tells each transition with its reason', async () => {
    const { breaker, clock, transitions } = openBreaker();
    await clock.advance(1000);
    breaker.admit()?.();
    expect(transitions).toEqual(['open: down', 'half-open: probe', 'closed: probe succeeded']);
  });
});
