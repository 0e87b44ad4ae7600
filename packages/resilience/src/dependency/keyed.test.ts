import { expect, expectTypeOf, test } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { stubWork } from '../testing/stub-work.ts';
import type { Dependency } from './dependency.ts';
import { type KeyedEvent, type KeyedLimits, keyed } from './keyed.ts';
import { standardPolicy } from './standard-policy.ts';

function hosts(limits: KeyedLimits = {}) {
  const clock = new ManualClock();
  const { call, asked, work } = stubWork<string>();
  const policy = standardPolicy({
    retry: { enabled: false },
    deadlineMs: 600_000,
    attemptTimeoutMs: 600_000,
  });
  const perHost = keyed<unknown, string>({ name: 'host', call, policy, clock, random: () => 0.5 }, limits);
  return { perHost, asked, work, clock };
}

test('takes options as a function of the key, where the call needs it', async () => {
  const perHost = keyed((host) => ({ name: `host ${host}`, call: async (path: string) => `${host}${path}` }));
  expect(await perHost.of('a.example').call('/x')).toEqual({ value: 'a.example/x', source: 'live' });
  expect(perHost.of('b.example').name).toBe('host b.example');
  expectTypeOf(perHost.of('a')).toEqualTypeOf<Dependency<string, string>>();
});

test('takes options without a call, for operations', async () => {
  const tenants = keyed({ name: 'tenant' });
  const { value } = await tenants.of('a').execute(async () => 7);
  expectTypeOf(value).toEqualTypeOf<number>();
  expect(value).toBe(7);
});

test.each([
  ['nothing', () => undefined],
  ['a promise that rejects', async () => Promise.reject(new Error('of the user'))],
  ['options without a name', () => ({ call: async () => 7 })],
])('rejects a function of the key that gives %s', (_, options) => {
  const perHost = keyed(options as never);
  expect(() => perHost.of('a')).toThrow(expect.objectContaining({ code: 'E_INVALID_OPTION' }));
  expect(perHost.size).toBe(0);
});

test.each([undefined, null, 7, {}, { name: '' }, { name: 'host', call: 7 }])(
  'rejects %j in place of its options',
  (options) => {
    expect(() => keyed(options as never)).toThrow(expect.objectContaining({ code: 'E_INVALID_OPTION' }));
  },
);

test('lets the calls in flight finish of a key that has to make room', async () => {
  const { perHost, work } = hosts({ max: 1 });
  const heard: string[] = [];
  perHost.onEvent(({ key, type }) => heard.push(`${key} ${type}`));
  const early = perHost.of('a').call('x');
  perHost.of('b');
  expect([...perHost.keys()]).toEqual(['b']);
  work(0).succeed('fine');
  expect(await early).toEqual({ value: 'fine', source: 'live' });
  expect(heard).toEqual(['a attempt', 'a call.end']);
});

test('keeps a key with calls in flight although nobody has asked for it for idleMs', async () => {
  const { perHost, work, clock } = hosts({ idleMs: 1000 });
  const early = perHost.of('a').call('x');
  await clock.advance(5000);
  expect(perHost.size).toBe(1);
  work(0).succeed('fine');
  await early;
  await clock.advance(2000);
  expect(perHost.size).toBe(0);
});

test.each([
  ['size', ({ size }: { size: number }) => size],
  ['keys', ({ keys }: { keys(): Iterable<string> }) => [...keys()].length],
  ['entries', (it: { entries(): Iterable<unknown> }) => [...it.entries()].length],
  ['snapshot', (it: { snapshot(): { size: number } }) => it.snapshot().size],
])('lets go of what is idle when it is asked for its %s, though no timer came', (_, count) => {
  const { perHost, clock } = hosts({ idleMs: 1000 });
  perHost.of('a');
  // A loop that is blocked, or a timer that was swapped for another: nothing has run.
  clock.setTimer = () => ({ cancel() {} });
  const { now } = clock;
  clock.now = () => now.call(clock) + 1000;
  expect(count(perHost as never)).toBe(0);
});

test('sets no timer before there is a key, and none after the last has gone', async () => {
  const { perHost, clock } = hosts({ idleMs: 1000 });
  expect(clock.pendingTimers).toBe(0);
  for (let i = 0; i < 100; i++) perHost.of(`${i}`);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(1000);
  expect([perHost.size, clock.pendingTimers]).toEqual([0, 0]);
  perHost.of('a');
  perHost.dispose();
  expect(clock.pendingTimers).toBe(0);
});

test('never holds a process open by its timer', () => {
  const kinds: unknown[] = [];
  const clock = new ManualClock();
  clock.setTimer = (...args: unknown[]) => {
    kinds.push(args[2]);
    return { cancel() {} };
  };
  keyed({ name: 'host', clock }).of('a');
  expect(kinds).toEqual(['background']);
});

test('tells everything about all keys as JSON', async () => {
  const { perHost, work } = hosts({ max: 2, idleMs: 1000 });
  for (const key of ['a', '__proto__', 'c']) perHost.of(key);
  const early = perHost.of('c').call('x');
  work(0).succeed('fine');
  await early;
  const snapshot = JSON.parse(JSON.stringify(perHost.snapshot()));
  expect(snapshot).toMatchObject({ size: 2, max: 2, idleMs: 1000, evicted: 1 });
  expect(Object.keys(snapshot.dependencies)).toEqual(['__proto__', 'c']);
  expect(snapshot.dependencies.c.calls.live).toBe(1);
});

test('stops building events when the last listener has left', async () => {
  const { perHost, work } = hosts();
  const heard: KeyedEvent[] = [];
  const stops = [
    perHost.onEvent((event) => heard.push(event)),
    perHost.onEvent((event) => heard.push(event)),
  ];
  const one = async (index: number) => {
    const answer = perHost.of('a').call('x');
    work(index).succeed('fine');
    await answer;
  };
  await one(0);
  expect(heard).toHaveLength(4);
  stops[0]?.();
  await one(1);
  expect(heard).toHaveLength(6);
  stops[1]?.();
  await one(2);
  expect(heard).toHaveLength(6);
  perHost.onEvent((event) => heard.push(event));
  await one(3);
  expect(heard).toHaveLength(8);
});

test('adds one patch to the other, for keys that are there and for those to come', () => {
  const { perHost } = hosts();
  const early = perHost.of('a');
  perHost.configure({ bulkhead: { maxConcurrent: 7 } });
  perHost.configure({ bulkhead: { maxQueue: 3 }, fallback: { enabled: false } });
  expect(() => perHost.configure({ bulkhead: { maxQueue: -1 } })).toThrow(/bulkhead\.maxQueue/);
  for (const one of [early, perHost.of('b')]) {
    expect(one.snapshot().policies).toMatchObject({
      bulkhead: { limit: 7, maxQueue: 3 },
      fallback: { enabled: false },
    });
  }
});

test('rejects a bad patch before there is a key, too', () => {
  const { perHost } = hosts();
  expect(() => perHost.configure({ breaker: { openMs: 9000, maxOpenMs: 1 } })).toThrow(/breaker\.maxOpenMs/);
  expect(perHost.of('a').snapshot().policies.breaker.settings.openMs).toBe(5000);
});

test('changes none when one of them can not take a patch', () => {
  const { perHost } = hosts();
  const [first, second] = [perHost.of('a'), perHost.of('b')];
  second.configure({ breaker: { maxOpenMs: 6000 } });
  expect(() => perHost.configure({ breaker: { openMs: 7000 } })).toThrow(/breaker\.maxOpenMs/);
  expect(first.snapshot().policies.breaker.settings.openMs).toBe(5000);
});

test('carries the context of callers for keys to come as well', async () => {
  const { perHost, work } = hosts();
  const early = perHost.of('a');
  let captured = 0;
  perHost.carryContext({ capture: () => ++captured, run: (_, action) => action() });
  const answers = [early.call('x'), perHost.of('b').call('x')];
  for (let i = 0; i < 2; i++) work(i).succeed('fine');
  await Promise.all(answers);
  await settled();
  expect(captured).toBe(2);
});

test('may be taken apart, as a dependency may', async () => {
  const { perHost, work } = hosts();
  const { of } = perHost;
  const { call } = of('a');
  const answers = Promise.all(['x', 'y'].map(call));
  for (let i = 0; i < 2; i++) work(i).succeed('fine');
  expect((await answers).map(({ value }) => value)).toEqual(['fine', 'fine']);
});
