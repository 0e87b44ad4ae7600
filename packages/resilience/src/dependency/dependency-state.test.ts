import { describe, expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import type { DependencyState } from './dependency-state.ts';

const policy = {
  retry: { enabled: false },
  breaker: { minCalls: 5, openMs: 10_000, openJitterRatio: 0, probes: 1 },
} as const;

async function fail(tools: ReturnType<typeof guarded>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const fate = tools.ask(i);
    tools.asked.at(-1)?.fail(new Error('broken'));
    await fate;
  }
}

/** The state of a breaker that has opened just now, or `agoMs` ago by the wall clock. */
async function openState(agoMs = 0): Promise<DependencyState> {
  const first = guarded(policy);
  await fail(first, 5);
  const state = first.guard.exportState();
  return { ...state, exportedAtMs: state.exportedAtMs - agoMs };
}

const breakerOf = ({ guard }: ReturnType<typeof guarded>) => guard.snapshot().policies.breaker;

describe('the time between two processes', () => {
  test('counts for an open breaker', async () => {
    const second = guarded(policy);
    second.guard.restoreState(await openState(4000));
    const { state, retryInMs } = breakerOf(second);
    expect(state).toBe('open');
    // The test takes some time too.
    expect(retryInMs).toBeLessThanOrEqual(6000);
    expect(retryInMs).toBeGreaterThan(3000);
  });

  test('leaves a breaker half-open whose open time has passed in it', async () => {
    const second = guarded(policy);
    second.guard.restoreState(await openState(30_000));
    await second.clock.advance(1);
    expect(breakerOf(second).state).toBe('half-open');
  });

  test('makes the window and the budget forget what is older than they are long', async () => {
    const first = guarded({ ...policy, breaker: { ...policy.breaker, minCalls: 100 } });
    await fail(first, 10);
    const state = first.guard.exportState();
    const second = guarded(policy);
    second.guard.restoreState({ ...state, exportedAtMs: state.exportedAtMs - 11_000 });
    expect(breakerOf(second).windowCalls).toBe(0);
    expect(second.guard.exportState().retryBudget).toEqual({ requests: 0, retries: 0 });
    const third = guarded(policy);
    third.guard.restoreState(state);
    expect(breakerOf(third)).toMatchObject({ windowCalls: 10, failureRatio: 1 });
    expect(third.guard.exportState().retryBudget).toEqual({ requests: 10, retries: 0 });
  });

  test.each([
    ['the default', {}, 601_000],
    ['maxAgeMs', { maxAgeMs: 5000 }, 7000],
    ['a moment that is still to come', {}, -120_000],
  ])('makes a state stale by %s', async (_, options, agoMs) => {
    const { guard } = guarded(policy);
    const state = await openState(agoMs);
    expect(() => guard.restoreState(state, options)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option: 'exportedAtMs' }),
    );
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });
});

describe('what is wrong with a state is named', () => {
  // biome-ignore lint/suspicious/noExplicitAny: any part of it is spoiled
  type Spoil = (state: any) => unknown;
  const spoils: [string, string, Spoil][] = [
    ['version', 'missing', ({ version, ...rest }) => rest],
    ['name', 'missing', ({ name, ...rest }) => rest],
    ['exportedAtMs', 'missing', ({ exportedAtMs, ...rest }) => rest],
    ['exportedAtMs', 'a date as text', (state) => ({ ...state, exportedAtMs: '2026-01-01' })],
    ['breaker', 'missing', ({ breaker, ...rest }) => rest],
    ['breaker', 'null', (state) => ({ ...state, breaker: null })],
    ['breaker.openForMs', 'endless', (state) => withBreaker(state, { openForMs: Number.POSITIVE_INFINITY })],
    ['breaker.openForMs', 'missing', (state) => withBreaker(state, { openForMs: undefined })],
    ['breaker.opensInARow', 'a fraction', (state) => withBreaker(state, { opensInARow: 0.5 })],
    ['breaker.openedBy', 'unknown', (state) => withBreaker(state, { openedBy: 'mood' })],
    ['breaker.window', 'missing', (state) => withBreaker(state, { window: undefined })],
    ['breaker.window.calls', 'missing', (state) => withBreaker(state, { window: {} })],
    [
      'breaker.window.failures',
      'more than calls',
      (state) => withBreaker(state, { window: { calls: 1, failures: 2, slowCalls: 0 } }),
    ],
    [
      'breaker.window.slowCalls',
      'more than calls',
      (state) => withBreaker(state, { window: { calls: 1, failures: 0, slowCalls: 2 } }),
    ],
    ['breaker.mood', 'unknown', (state) => withBreaker(state, { mood: 'sulking' })],
    ['retryBudget', 'missing', ({ retryBudget, ...rest }) => rest],
    ['retryBudget.retries', 'negative', (state) => ({ ...state, retryBudget: { requests: 1, retries: -1 } })],
    ['adaptive.limit', 'no number', (state) => ({ ...state, adaptive: { limit: 'high', usualMs: 1 } })],
    ['adaptive.limit', 'missing', (state) => ({ ...state, adaptive: {} })],
    ['adaptive.usualMs', 'missing', (state) => ({ ...state, adaptive: { limit: 5 } })],
    ['more', 'unknown', (state) => ({ ...state, more: 1 })],
  ];
  const withBreaker: (state: DependencyState, change: object) => unknown = (state, change) => ({
    ...state,
    breaker: { ...state.breaker, ...change },
  });

  test.each(spoils)('%s: %s', async (option, _, spoil) => {
    const { guard } = guarded({ ...policy, adaptive: {} });
    const state = await openState();
    expect(() => guard.restoreState(spoil(state) as never)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option }),
    );
    expect(guard.exportState()).toMatchObject({ breaker: { state: 'closed', window: { calls: 0 } } });
  });
});

test('does not open a breaker that is off where it is restored', async () => {
  const second = guarded({ ...policy, breaker: { ...policy.breaker, enabled: false } });
  second.guard.restoreState(await openState());
  expect(breakerOf(second).state).toBe('closed');
});

test('leaves a breaker alone that has opened by itself', async () => {
  const second = guarded(policy);
  const state = await openState();
  await fail(second, 5);
  await second.clock.advance(1000);
  second.guard.restoreState({ ...state, breaker: { ...state.breaker, openForMs: 60_000 } });
  expect(breakerOf(second)).toMatchObject({ state: 'open', retryInMs: 9000 });
});

test('tells of the opening, with the reason, and which limit it was', async () => {
  const second = guarded(policy);
  second.guard.restoreState(await openState());
  expect(second.events).toMatchObject([
    { type: 'breaker.transition', from: 'closed', to: 'open', reason: 'restored' },
  ]);
  await expect(second.guard.call('a')).rejects.toMatchObject({ option: 'breaker.failureRatio' });
});

test('keeps what the retry budget has spent', async () => {
  const once = { retry: { maxAttempts: 2, baseDelayMs: 0 }, deadlineMs: 10_000 } as const;
  const first = guarded({ ...once, breaker: { enabled: false } });
  for (let i = 0; i < 3; i++) {
    const fate = first.ask(i);
    first.asked.at(-1)?.fail(new Error('broken'));
    await first.clock.advance(10);
    first.asked.at(-1)?.fail(new Error('broken'));
    await fate;
  }
  const second = guarded(once);
  expect(second.guard.snapshot().policies.retry.budgetAvailable).toBe(3);
  second.guard.restoreState(first.guard.exportState());
  expect(second.guard.snapshot().policies.retry.budgetAvailable).toBe(0);
});

test('does not restore into a dependency that has been disposed of', async () => {
  const { guard, clock } = guarded(policy);
  const state = await openState();
  guard.dispose();
  expect(() => guard.restoreState(state)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
  expect(clock.pendingTimers).toBe(0);
});
