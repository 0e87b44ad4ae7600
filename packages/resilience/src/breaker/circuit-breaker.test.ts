import { expect, test } from 'vitest';
import type { PolicyOptions } from '../dependency/standard-policy.ts';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const alone: PolicyOptions = {
  deadlineMs: 60_000,
  attemptTimeoutMs: 1000,
  bulkhead: { enabled: false },
  retry: { enabled: false },
};

function breaking(breaker: PolicyOptions['breaker'] = {}, options: object = {}) {
  const kit = guarded(
    { ...alone, breaker: { minCalls: 4, openMs: 5000, openJitterRatio: 0, ...breaker } },
    options,
  );
  const state = () => kit.guard.snapshot().policies.breaker.state;
  const transitions = () =>
    kit.events.flatMap((event) =>
      event.type === 'breaker.transition' ? [`${event.from} > ${event.to}`] : [],
    );

  /** One call whose work ends like that after so long. */
  async function one(ending: 'succeed' | 'fail', afterMs = 0): Promise<string> {
    const fate = kit.ask('a');
    const sent = kit.asked.at(-1);
    if (afterMs > 0) await kit.clock.advance(afterMs);
    if (ending === 'succeed') sent?.succeed('fine');
    else sent?.fail(new Error('broken'));
    const said = await fate;
    await settled();
    return said;
  }
  async function times(count: number, ending: 'succeed' | 'fail', afterMs = 0): Promise<void> {
    for (let i = 0; i < count; i++) await one(ending, afterMs);
  }
  async function trip(): Promise<void> {
    await times(4, 'fail');
    expect(state()).toBe('open');
  }
  async function reachHalfOpen(): Promise<void> {
    await trip();
    await kit.clock.advance(5000);
    expect(state()).toBe('half-open');
    kit.asked.length = 0;
  }
  return { ...kit, state, transitions, one, times, trip, reachHalfOpen };
}

test('opens at the failure ratio', async () => {
  const { times, state, one } = breaking({ minCalls: 10 });
  await times(6, 'succeed');
  await times(5, 'fail');
  expect(state()).toBe('closed');
  await one('fail');
  expect(state()).toBe('open');
});

test('does not open before it has seen enough calls', async () => {
  const { times, state, one } = breaking({ minCalls: 20 });
  await times(19, 'fail');
  expect(state()).toBe('closed');
  await one('fail');
  expect(state()).toBe('open');
});

test('opens at the slow-call ratio, though every call succeeds', async () => {
  const { times, state, guard } = breaking();
  await times(4, 'succeed', 800);
  expect(state()).toBe('open');
  await expect(guard.call('a')).rejects.toMatchObject({ option: 'breaker.slowRatio', limit: 0.8 });
});

test('calls four fifths of the attempt timeout slow unless told otherwise', async () => {
  const { times, state, guard } = breaking();
  await times(8, 'succeed', 799);
  expect(state()).toBe('closed');
  guard.configure({ attemptTimeoutMs: 500 });
  expect(guard.snapshot().policies.breaker.settings.slowCallMs).toBe(400);
});

test('calls four fifths of the deadline slow where that is shorter, and gives a probe no more', () => {
  const { guard } = guarded({ deadlineMs: 300, attemptTimeoutMs: 500 });
  const resolved = () => guard.snapshot().policies.breaker.settings;
  expect(resolved()).toMatchObject({ slowCallMs: 240, probeTimeoutMs: 300 });
  guard.configure({ deadline: { enabled: false } });
  expect(resolved()).toMatchObject({ slowCallMs: 400, probeTimeoutMs: 500 });
});

test('opens on a dependency that hangs, though every call ends at its deadline', async () => {
  const { ask, clock, guard } = guarded({ deadlineMs: 300, breaker: { minCalls: 4 } });
  const fates = Array.from({ length: 4 }, () => ask('a'));
  await clock.advance(305);
  expect(new Set(await Promise.all(fates))).toEqual(new Set(['E_DEADLINE']));
  expect(guard.snapshot().policies.breaker.state).toBe('open');
});

test('forgets failures that have left the window', async () => {
  const { times, state, clock, one } = breaking();
  await times(3, 'fail');
  await clock.advance(10_000);
  await one('fail');
  expect(state()).toBe('closed');
});

test("does not count an answer that is the caller's fault", async () => {
  const { ask, work, state, guard } = breaking();
  for (let i = 0; i < 10; i++) {
    const fate = ask('a');
    work(i).fail(Object.assign(new Error('not found'), { isFailure: false }));
    await fate;
  }
  expect(state()).toBe('closed');
  expect(guard.snapshot().policies.breaker).toMatchObject({ windowCalls: 0, failureRatio: 0 });
});

test('lets a classifier say what a failure is', async () => {
  const kit = guarded({
    ...alone,
    breaker: { minCalls: 1 },
    isFailure: (error) => error instanceof TypeError,
  });
  const fate = kit.ask('a');
  kit.work(0).fail(new Error('no TypeError'));
  await fate;
  expect(kit.guard.snapshot().policies.breaker.state).toBe('closed');
});

test('takes an error for a failure when the classifier throws', async () => {
  const kit = guarded({
    ...alone,
    breaker: { minCalls: 1 },
    isFailure: () => {
      throw new Error('broken classifier');
    },
  });
  const fate = kit.ask('a');
  kit.work(0).fail(new Error('broken'));
  expect(await fate).toBe('broken');
  expect(kit.guard.snapshot().policies.breaker.state).toBe('open');
});

test('ignores rejections of other policies and the cancels of callers', async () => {
  const { guard, ask, state } = breaking({ minCalls: 1 });
  guard.configure({ bulkhead: { enabled: true, maxConcurrent: 1, maxQueue: 0 } });
  const cancel = new AbortController();
  const fates = [ask('a', { signal: cancel.signal }), ask('b'), ask('c', { deadlineMs: 0 })];
  cancel.abort();
  expect(await Promise.all(fates)).toEqual(['E_CANCELLED', 'E_BULKHEAD_FULL', 'E_DEADLINE']);
  expect(state()).toBe('closed');
  expect(guard.snapshot().policies.breaker.windowCalls).toBe(0);
});

test('ignores the rejections of a dependency behind this one', async () => {
  const { guard: inner } = guarded();
  inner.isolate();
  const { ask, guard } = breaking({ minCalls: 1 }, { call: async () => (await inner.call('a')).value });
  expect(await ask('a')).toBe('E_BREAKER_OPEN');
  expect(guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', windowCalls: 0 });
});

test('does not blame the dependency for a caller in a hurry', async () => {
  const { ask, clock, state, guard } = breaking({ minCalls: 1 });
  const fate = ask('a', { deadlineMs: 20 });
  await clock.advance(25);
  expect(await fate).toBe('E_DEADLINE');
  expect(state()).toBe('closed');
  expect(guard.snapshot().policies.breaker.windowCalls).toBe(0);
});

test('blames it for a deadline that a slow call would have met', async () => {
  const { ask, clock, state } = breaking({ minCalls: 1 });
  const fate = ask('a', { deadlineMs: 900 });
  await clock.advance(905);
  expect(await fate).toBe('E_DEADLINE');
  expect(state()).toBe('open');
});

test('hears of a dependency that hangs from callers who leave', async () => {
  const { ask, clock, state } = breaking({ minCalls: 1 });
  const cancel = new AbortController();
  const fate = ask('a', { signal: cancel.signal });
  await clock.advance(900);
  cancel.abort();
  expect(await fate).toBe('E_CANCELLED');
  expect(state()).toBe('open');
});

test('rejects without asking while open, and says for how long', async () => {
  const { guard, trip, clock, asked } = breaking();
  await trip();
  asked.length = 0;
  await clock.advance(2000);
  await expect(guard.call('a')).rejects.toMatchObject({
    name: 'BreakerOpenError',
    code: 'E_BREAKER_OPEN',
    retryAfterMs: 3000,
    limit: 0.5,
    option: 'breaker.failureRatio',
  });
  expect(asked).toHaveLength(0);
  expect(guard.snapshot().policies.breaker).toMatchObject({ state: 'open', retryInMs: 3000 });
});

test('lets exactly its probes through to 64 callers', async () => {
  const { reachHalfOpen, ask, asked } = breaking({ probes: 3 });
  await reachHalfOpen();
  const fates = Array.from({ length: 64 }, () => ask('a'));
  expect(asked).toHaveLength(3);
  const rejected = await Promise.all(fates.slice(3));
  expect(new Set(rejected)).toEqual(new Set(['E_BREAKER_OPEN']));
});

test('opens again at the first probe that fails, whatever the others do', async () => {
  const { reachHalfOpen, ask, work, state } = breaking();
  await reachHalfOpen();
  for (let i = 0; i < 3; i++) ask('a');
  work(0).succeed('fine');
  work(1).fail(new Error('still broken'));
  await settled();
  expect(state()).toBe('open');
  work(2).succeed('fine');
  await settled();
  expect(state()).toBe('open');
});

test('opens again at a slow probe', async () => {
  const { reachHalfOpen, one, state, events } = breaking();
  await reachHalfOpen();
  await one('succeed', 900);
  expect(state()).toBe('open');
  expect(events.findLast(({ type }) => type === 'breaker.transition')).toMatchObject({
    reason: 'probe slow',
  });
});

test('opens again when a probe hangs, even without an attempt timeout', async () => {
  const { reachHalfOpen, ask, work, clock, state, guard } = breaking({ probeTimeoutMs: 700 });
  guard.configure({ timeout: { enabled: false } });
  await reachHalfOpen();
  const fate = ask('a');
  await clock.advance(705);
  expect(state()).toBe('open');
  work(0).succeed('after all');
  expect(await fate).toBe('live');
  expect(state()).toBe('open');
});

test('gives the place of a cancelled probe to another call', async () => {
  const { reachHalfOpen, ask, asked, state } = breaking({ probes: 1 });
  await reachHalfOpen();
  const cancel = new AbortController();
  const fate = ask('a', { signal: cancel.signal });
  cancel.abort();
  expect(await fate).toBe('E_CANCELLED');
  ask('b');
  expect(asked).toHaveLength(2);
  expect(state()).toBe('half-open');
});

test('ramps up through 10 %, 25 % and 50 % of the calls before it closes', async () => {
  const { reachHalfOpen, times, ask, work, asked, state, clock } = breaking({ probes: 1, rampStageMs: 100 });
  await reachHalfOpen();
  await times(1, 'succeed');
  const shares: number[] = [];
  for (let stage = 0; stage < 3; stage++) {
    asked.length = 0;
    const fates = Array.from({ length: 100 }, () => ask('a'));
    shares.push(asked.length);
    await clock.advance(100);
    for (let i = 0; i < (shares[stage] as number); i++) work(i).succeed('fine');
    await Promise.all(fates);
  }
  await settled();
  expect(shares).toEqual([10, 25, 50]);
  expect(state()).toBe('closed');
});

test('opens again at one failure during the ramp', async () => {
  const { reachHalfOpen, times, one, state } = breaking({ probes: 2 });
  await reachHalfOpen();
  await times(2, 'succeed');
  expect(state()).toBe('half-open');
  await one('fail');
  expect(state()).toBe('open');
});

test('closes within seconds on little traffic', async () => {
  const { reachHalfOpen, one, state, clock } = breaking();
  await reachHalfOpen();
  let waitedMs = 0;
  while (state() !== 'closed' && waitedMs < 20_000) {
    await one('succeed');
    await clock.advance(500);
    waitedMs += 500;
  }
  expect(waitedMs).toBeLessThanOrEqual(5000);
});

test('closes with an empty window', async () => {
  const { reachHalfOpen, one, state, clock, guard } = breaking({ windowMs: 600_000 });
  await reachHalfOpen();
  while (state() !== 'closed') {
    await one('succeed');
    await clock.advance(100);
  }
  expect(guard.snapshot().policies.breaker).toMatchObject({ windowCalls: 0, failureRatio: 0 });
});

test('ignores a success that began before it opened', async () => {
  const { ask, asked, reachHalfOpen, state, guard } = breaking({ probes: 1 });
  ask('early');
  const early = asked[0];
  await reachHalfOpen();
  early?.succeed('late news');
  await settled();
  expect(state()).toBe('half-open');
  expect(guard.snapshot().policies.breaker).toMatchObject({ recovering: 0 });
});

test('ignores a failure that began before it closed', async () => {
  const { ask, asked, trip, guard, clock, state } = breaking({ minCalls: 1, rampStageMs: 0, probes: 1 });
  ask('early');
  const early = asked[0];
  guard.isolate();
  guard.release();
  early?.fail(new Error('old news'));
  await clock.advance(0);
  expect(state()).toBe('closed');
  await expect(trip()).resolves.toBeUndefined();
});

test('doubles its open time with each failed recovery, up to the longest, and starts over once closed', async () => {
  const { trip, one, state, clock, guard } = breaking({
    openMs: 1000,
    maxOpenMs: 3000,
    probes: 1,
    rampStageMs: 0,
  });
  const openFor: number[] = [];
  await trip();
  for (let i = 0; i < 3; i++) {
    openFor.push(guard.snapshot().policies.breaker.retryInMs as number);
    await clock.advance(3000);
    await one('fail');
  }
  openFor.push(guard.snapshot().policies.breaker.retryInMs as number);
  expect(openFor).toEqual([1000, 2000, 3000, 3000]);
  await clock.advance(3000);
  while (state() !== 'closed') await one('succeed');
  await trip();
  expect(guard.snapshot().policies.breaker.retryInMs).toBe(1000);
});

test('adds a random share to its open time', async () => {
  const { trip, guard } = breaking({ openJitterRatio: 0.2 }, { random: () => 0.5 });
  await trip();
  expect(guard.snapshot().policies.breaker.retryInMs).toBe(5500);
});

test.each([
  { openMs: 1000, maxOpenMs: 1100, longestMs: 1100 },
  { openMs: 2 ** 31 - 1, maxOpenMs: 2 ** 31 - 1, longestMs: 2 ** 31 - 1 },
])('opens for $longestMs ms at most, the random share included', async ({ longestMs, ...open }) => {
  const { trip, guard } = breaking({ ...open, openJitterRatio: 0.2 }, { random: () => 0.9 });
  await trip();
  expect(guard.snapshot().policies.breaker.retryInMs).toBe(longestMs);
});

test('stays isolated until it is released, whatever time passes', async () => {
  const { guard, ask, clock, state } = breaking();
  guard.isolate();
  await clock.advance(3_600_000);
  expect(state()).toBe('isolated');
  await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_BREAKER_OPEN', option: 'breaker.isolated' });
  guard.release();
  ask('b');
  expect(state()).toBe('closed');
});

test('stays isolated when it was open before', async () => {
  const { guard, trip, clock, state } = breaking();
  await trip();
  guard.isolate();
  await clock.advance(3_600_000);
  expect(state()).toBe('isolated');
});

test('can be isolated in every state', async () => {
  const { guard, trip, reachHalfOpen, ask, work, state } = breaking({ probes: 1 });
  await reachHalfOpen();
  ask('probe');
  guard.isolate();
  work(0).succeed('fine');
  await settled();
  expect(state()).toBe('isolated');
  guard.release();
  await trip();
  guard.configure({ breaker: { isolated: true } });
  expect(state()).toBe('isolated');
  guard.configure({ breaker: { isolated: false } });
  expect(state()).toBe('closed');
});

test.each(['open', 'half-open', 'closed'])(
  'stays isolated by a listener that hears it become %s',
  async (heard) => {
    const { guard, times, one, clock, state } = breaking({ probes: 1, rampStageMs: 0 });
    const stop = guard.onEvent((event) => {
      if (event.type !== 'breaker.transition' || event.to !== heard) return;
      stop();
      guard.isolate();
    });
    await times(4, 'fail');
    for (let passedMs = 0; passedMs < 30_000; passedMs += 1000) {
      await clock.advance(1000);
      await one('succeed');
    }
    expect(state()).toBe('isolated');
    expect(clock.pendingTimers).toBe(0);
    guard.release();
    expect(state()).toBe('closed');
  },
);

test('is closed by a listener that releases what it hears isolated', () => {
  const { guard, state } = breaking();
  guard.onEvent((event) => {
    if (event.type === 'breaker.transition' && event.to === 'isolated') guard.release();
  });
  guard.isolate();
  expect(state()).toBe('closed');
});

test('lets everything through while disabled, and closes if it was open', async () => {
  const { guard, trip, times, state } = breaking();
  await trip();
  guard.configure({ breaker: { enabled: false } });
  expect(state()).toBe('closed');
  await times(50, 'fail');
  expect(state()).toBe('closed');
  guard.configure({ breaker: { enabled: true } });
  await trip();
});

test('keeps its state when other options change', async () => {
  const { guard, trip, state } = breaking();
  await trip();
  guard.configure({ breaker: { minCalls: 50, windowMs: 20_000 }, attemptTimeoutMs: 200 });
  expect(state()).toBe('open');
});

test('tells each transition and its reason', async () => {
  const { reachHalfOpen, times, one, transitions, clock, events, state } = breaking({
    probes: 1,
    rampStageMs: 0,
  });
  await reachHalfOpen();
  await one('fail');
  await clock.advance(10_000);
  while (state() !== 'closed') await times(1, 'succeed');
  expect(transitions()).toEqual([
    'closed > open',
    'open > half-open',
    'half-open > open',
    'open > half-open',
    'half-open > closed',
  ]);
  const reasons = events.flatMap((event) => (event.type === 'breaker.transition' ? [event.reason] : []));
  expect(reasons).toEqual(['failureRatio', 'open time over', 'probe failed', 'open time over', 'recovered']);
});
