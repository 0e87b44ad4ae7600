import { describe, expect, test } from 'vitest';
import { alone, failWith, guarded } from './fixture.ts';

// opossum#504: a deploy or a short-lived process forgets which breaker was open.

const policy = {
  ...alone,
  breaker: { minCalls: 5, openMs: 10_000, openJitterRatio: 0, probes: 1, rampStageMs: 0 },
} as const;

async function fail(tools: ReturnType<typeof guarded>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = tools.asked.length;
    const fate = tools.ask(i);
    if (tools.asked.length > before) tools.asked.at(-1)?.fail(failWith());
    await fate;
  }
}
const travelled = (state: unknown) => JSON.parse(JSON.stringify(state));
const breaker = ({ guard }: ReturnType<typeof guarded>) => guard.snapshot().policies.breaker;

describe('exported state', () => {
  test('is JSON, and says what it is', () => {
    const { guard } = guarded(policy);
    const state = guard.exportState();
    expect(travelled(state)).toEqual(state);
    expect(state).toMatchObject({ version: 1, name: 'inventory' });
  });

  test('keeps an open breaker open for the rest of its time, by another clock', async () => {
    const first = guarded(policy);
    await fail(first, 5);
    await first.clock.advance(4000);
    const second = guarded(policy);
    await second.clock.advance(123_456);
    second.guard.restoreState(travelled(first.guard.exportState()));
    expect(breaker(second)).toMatchObject({ state: 'open', retryInMs: 6000 });
    await second.clock.advance(6000);
    expect(breaker(second).state).toBe('half-open');
  });

  test('keeps what the window knows: the next failures count with those of before', async () => {
    const first = guarded(policy);
    await fail(first, 4);
    const second = guarded(policy);
    second.guard.restoreState(travelled(first.guard.exportState()));
    await fail(second, 1);
    expect(breaker(second).state).toBe('open');
  });

  test('keeps how often the breaker has opened in a row', async () => {
    const first = guarded(policy);
    await fail(first, 5);
    await first.clock.advance(10_000);
    await fail(first, 1);
    expect(breaker(first)).toMatchObject({ retryInMs: 20_000 });
    const second = guarded(policy);
    second.guard.restoreState(travelled(first.guard.exportState()));
    await second.clock.advance(20_000);
    await fail(second, 1);
    expect(breaker(second)).toMatchObject({ retryInMs: 40_000 });
  });

  test('of a half-open breaker is that of an open one whose time is over: probes are not shared', async () => {
    const first = guarded(policy);
    await fail(first, 5);
    await first.clock.advance(10_000);
    const second = guarded(policy);
    second.guard.restoreState(travelled(first.guard.exportState()));
    await second.clock.advance(10);
    expect(breaker(second).state).toBe('half-open');
  });

  test('keeps isolation', async () => {
    const first = guarded(policy);
    first.guard.isolate();
    const second = guarded(policy);
    second.guard.restoreState(travelled(first.guard.exportState()));
    expect(breaker(second).state).toBe('isolated');
    second.guard.release();
    expect(breaker(second).state).toBe('closed');
  });

  test('keeps the adaptive limit and what is usual', async () => {
    const first = guarded({ ...policy, adaptive: { initialLimit: 20 } });
    for (let i = 0; i < 20; i++) {
      const fate = first.ask(i);
      first.asked.at(-1)?.fail(failWith({ retryAfterMs: 1 }));
      await fate;
    }
    const second = guarded({ ...policy, adaptive: { initialLimit: 20 } });
    second.guard.restoreState(travelled(first.guard.exportState()));
    const limitOf = (tools: ReturnType<typeof guarded>) => tools.guard.snapshot().policies.adaptive.limit;
    expect(limitOf(second)).toBe(limitOf(first));
    expect(limitOf(second)).toBeLessThan(20);
  });

  test('is bounded by the settings of the one that takes it', async () => {
    const first = guarded(policy);
    await fail(first, 5);
    const second = guarded({ ...policy, breaker: { ...policy.breaker, openMs: 100, maxOpenMs: 1000 } });
    second.guard.restoreState(travelled(first.guard.exportState()));
    expect(breaker(second)).toMatchObject({ retryInMs: 1000 });
  });

  test.each([
    ['nothing', () => undefined],
    ['null', () => null],
    ['text', () => '{"version":1}'],
    ['an array', () => []],
    ['another version', (state: object) => ({ ...state, version: 2 })],
    ['that of another dependency', (state: object) => ({ ...state, name: 'other' })],
    ['a negative open time', (state: object) => ({ ...state, breaker: { state: 'open', openForMs: -1 } })],
    ['a state that does not exist', (state: object) => ({ ...state, breaker: { state: 'ajar' } })],
    [
      'more failures than calls',
      (state: object) => ({ ...state, breaker: { state: 'closed', window: [[0, 1, 2, 0]] } }),
    ],
  ])('that makes no sense is rejected, and changes nothing: %s', async (_, spoil) => {
    const { guard } = guarded(policy);
    const { exportedAtMs, ...before } = guard.exportState();
    const state = spoil(travelled({ exportedAtMs, ...before }));
    expect(() => guard.restoreState(state as never)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION' }),
    );
    expect(guard.exportState()).toEqual({ ...before, exportedAtMs: expect.any(Number) });
  });
});
