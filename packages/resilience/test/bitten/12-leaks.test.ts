import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import {
  createLoadShedder,
  dependency,
  keyed,
  staleIfError,
  standardPolicy,
  systemClock,
} from '../../src/index.ts';
import { alone, failWith, guarded, ManualClock, mapCache, settled } from './fixture.ts';

// What is made per tenant must be let go of.

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many of so many things are still there once nobody holds them. */
async function survivors(make: () => Promise<object>, count = 50): Promise<number> {
  const references: WeakRef<object>[] = [];
  for (let i = 0; i < count; i++) references.push(new WeakRef(await make()));
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collectGarbage();
  }
  return references.filter((reference) => reference.deref() !== undefined).length;
}

async function opened(): Promise<ReturnType<typeof guarded>> {
  const tools = guarded({ ...alone, breaker: { minCalls: 1, openMs: 60_000 } });
  const fate = tools.ask('a');
  tools.asked[0]?.fail(failWith());
  await fate;
  expect(tools.guard.snapshot().policies.breaker.state).toBe('open');
  return tools;
}

describe('a dependency that is dropped', () => {
  test('is collected when it was never open', async () => {
    const make = async () => {
      const { guard, ask, asked } = guarded(alone);
      const fate = ask('a');
      asked[0]?.succeed('fine');
      await fate;
      return guard;
    };
    expect(await survivors(make)).toBeLessThanOrEqual(2);
  });

  test('is collected when it was open and is disposed of', async () => {
    const make = async () => {
      const { guard } = await opened();
      guard.dispose();
      return guard;
    };
    expect(await survivors(make)).toBeLessThanOrEqual(2);
  });

  test('is collected when it has been open and has closed again', async () => {
    const make = async () => {
      const tools = await opened();
      tools.guard.isolate();
      tools.guard.release();
      return tools.guard;
    };
    expect(await survivors(make)).toBeLessThanOrEqual(2);
  });

  test('is collected on the system clock, which all of them share', async () => {
    const make = async () => {
      const guard = dependency({
        name: 'x',
        policy: standardPolicy({ breaker: { minCalls: 1, openMs: 60_000 }, retry: { enabled: false } }),
        call: async () => Promise.reject(failWith()),
        clock: systemClock,
      });
      await guard.call(undefined as never).catch(() => {});
      guard.dispose();
      return guard;
    };
    expect(await survivors(make)).toBeLessThanOrEqual(2);
  });

  test('leaves no listener behind on an emitter that others share', async () => {
    const heard: (() => unknown)[] = [];
    const on = vi.spyOn(EventEmitter.prototype, 'on').mockImplementation(function (
      this: EventEmitter,
      name,
      listener,
    ) {
      heard.push(() => this.listeners(name as string | symbol).includes(listener));
      return EventEmitter.prototype.addListener.call(this, name as string, listener);
    });
    try {
      for (let i = 0; i < 20; i++) (await opened()).guard.dispose();
    } finally {
      on.mockRestore();
    }
    expect(heard.filter((isThere) => isThere()).length).toBe(0);
  });
});

describe('dispose', () => {
  test.each([['dispose'], [Symbol.dispose]] as [PropertyKey][])('exists as %s', async (name) => {
    const { guard } = guarded();
    expect(name in guard).toBe(true);
    (guard as unknown as Record<PropertyKey, () => void>)[name]?.();
    await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_DISPOSED', dependency: 'inventory' });
  });

  test('leaves no timer behind', async () => {
    const { guard, clock } = await opened();
    guard.dispose();
    // The one timer of all calls runs out by itself.
    await clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
  });

  test('lets calls in flight finish: at work, backing off and in the queue', async () => {
    const { guard, ask, asked, clock } = guarded({
      ...alone,
      bulkhead: { maxConcurrent: 2, maxQueue: 5, queueTimeoutMs: 10_000 },
      retry: { enabled: true, baseDelayMs: 100 },
    });
    const atWork = ask('at work');
    const backingOff = ask('backing off');
    asked[1]?.fail(failWith());
    await settled();
    const queued = ask('queued');
    guard.dispose();
    await clock.advance(200);
    asked[2]?.succeed('fine');
    asked[0]?.succeed('fine');
    await settled();
    asked[3]?.succeed('fine');
    expect(await Promise.all([atWork, backingOff, queued])).toEqual(['live', 'live', 'live']);
  });

  test('reports the calls that finish, and nothing of later ones', async () => {
    const { guard, ask, asked, events } = guarded(alone);
    const fate = ask('a');
    guard.dispose();
    asked[0]?.succeed('fine');
    await fate;
    expect(events.at(-1)).toMatchObject({ type: 'call.end' });
    const before = events.length;
    expect(await ask('b')).toBe('E_DISPOSED');
    expect(events.length).toBe(before);
  });

  test('may be asked for twice, and from a listener', async () => {
    const { guard, ask, asked } = guarded(alone);
    guard.onEvent(({ type }) => type === 'call.end' && guard.dispose());
    const fate = ask('a');
    asked[0]?.succeed('fine');
    expect(await fate).toBe('live');
    expect(() => guard.dispose()).not.toThrow();
    expect(await ask('b')).toBe('E_DISPOSED');
  });

  test('leaves snapshot readable', () => {
    const { guard } = guarded();
    guard.dispose();
    expect(guard.snapshot()).toMatchObject({ name: 'inventory' });
  });

  test('answers no call with a degraded answer: the caller should know', async () => {
    const step = staleIfError<unknown, string>({ cache: mapCache<string>(), key: () => 'a' });
    const { guard } = guarded(alone, { degrade: [step], clock: new ManualClock() });
    guard.dispose();
    await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_DISPOSED' });
  });

  const idle = async ({ clock }: ReturnType<typeof guarded>) => {
    await clock.advance(200);
    return clock.pendingTimers;
  };

  test('leaves no timer behind when a call in flight fails afterwards and would open the breaker', async () => {
    const tools = guarded({ ...alone, breaker: { minCalls: 1 } });
    const fates = [tools.ask('a'), tools.ask('b')];
    tools.guard.dispose();
    for (const { fail } of tools.asked) fail(failWith());
    await Promise.all(fates);
    expect(await idle(tools)).toBe(0);
  });

  test('leaves no timer behind for the lease of abandoned work', async () => {
    const tools = guarded({ ...alone, attemptTimeoutMs: 50 });
    const before = tools.ask('abandoned before');
    await tools.clock.advance(100);
    expect(await before).toBe('E_ATTEMPT_TIMEOUT');
    const after = tools.ask('abandoned after');
    tools.guard.dispose();
    await tools.clock.advance(100);
    expect(await after).toBe('E_ATTEMPT_TIMEOUT');
    expect(await idle(tools)).toBe(0);
  });

  test.each([50, 300])('ends leases at once, after %i ms of them', async (ms) => {
    const tools = guarded({ ...alone, attemptTimeoutMs: 50 });
    const abandoned = tools.ask('abandoned');
    await tools.clock.advance(55 + ms);
    expect(await abandoned).toBe('E_ATTEMPT_TIMEOUT');
    await tools.clock.advance(40);
    const before = tools.clock.pendingTimers;
    tools.guard.dispose();
    expect(before - tools.clock.pendingTimers).toBe(1);
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, abandoned: 1 });
  });

  test('leaves no timer behind when the listener that hears of abandoned work asks for it', async () => {
    const tools = guarded({ ...alone, attemptTimeoutMs: 50 });
    tools.guard.onEvent(({ type }) => type === 'abandoned' && tools.guard.dispose());
    const abandoned = tools.ask('abandoned');
    await tools.clock.advance(200);
    expect(await abandoned).toBe('E_ATTEMPT_TIMEOUT');
    expect(await idle(tools)).toBe(0);
  });

  test('lets who waits behind abandoned work in, since nobody ends its lease', async () => {
    const tools = guarded({
      ...alone,
      attemptTimeoutMs: 50,
      bulkhead: { maxConcurrent: 1, maxQueue: 5, queueTimeoutMs: 100_000 },
    });
    const abandoned = tools.ask('abandoned');
    await tools.clock.advance(100);
    const queued = tools.ask('queued');
    tools.guard.dispose();
    await settled();
    expect(tools.asked.length).toBe(2);
    tools.asked[1]?.succeed('fine');
    expect(await Promise.all([abandoned, queued])).toEqual(['E_ATTEMPT_TIMEOUT', 'live']);
    tools.asked[0]?.succeed('late');
    await settled();
    expect(tools.guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, abandoned: 0 });
  });

  test.each([
    ['isolate', (guard: Guard) => guard.isolate()],
    ['release', (guard: Guard) => guard.release()],
    ['configure', (guard: Guard) => guard.configure({ breaker: { enabled: false } })],
  ])('is not undone by %s', async (_, act) => {
    for (const tools of [await opened(), guarded(alone)]) {
      tools.guard.dispose();
      const timers = vi.spyOn(globalThis, 'setTimeout');
      act(tools.guard);
      const timersSet = timers.mock.calls.length;
      timers.mockRestore();
      expect(timersSet).toBe(0);
      expect(await idle(tools)).toBe(0);
      expect(await tools.ask('b')).toBe('E_DISPOSED');
    }
  });

  test('leaves no timer behind when a probe in flight fails afterwards', async () => {
    const tools = await opened();
    await tools.clock.advance(70_000);
    const probe = tools.ask('probe');
    expect(tools.guard.snapshot().policies.breaker.state).toBe('half-open');
    tools.guard.dispose();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    tools.asked[1]?.fail(failWith());
    await probe;
    const timersSet = timers.mock.calls.length;
    timers.mockRestore();
    expect(timersSet).toBe(0);
    expect(await idle(tools)).toBe(0);
  });
});

type Guard = ReturnType<typeof guarded>['guard'];

describe('what a request holds', () => {
  test('is collected though its call has set a timer that others go on to use', async () => {
    const requests = new AsyncLocalStorage<object>();
    const busy: unknown[] = [];
    const make = async () => {
      const request = { body: 'of a request' };
      // Its work keeps nothing: on Node 22 a promise holds the store that it was made in.
      const call = (input: unknown) =>
        input === 'short' ? Promise.resolve('fine') : new Promise<string>(() => {});
      const tools = guarded(alone, { call });
      await requests.run(request, () => tools.ask('short'));
      tools.ask('long');
      await tools.clock.advance(500);
      expect(tools.clock.pendingTimers).toBe(1);
      busy.push(tools);
      return request;
    };
    expect(await survivors(make, 20)).toBeLessThanOrEqual(2);
    expect(busy.length).toBe(20);
  });

  test('is collected though its call has opened the breaker', async () => {
    const requests = new AsyncLocalStorage<object>();
    const open: unknown[] = [];
    const make = async () => {
      const request = { body: 'of a request' };
      // Its work keeps nothing: on Node 22 a promise holds the store that it was made in.
      const policy = { ...alone, breaker: { minCalls: 1, openMs: 60_000 } };
      const { guard, ask } = guarded(policy, { call: () => Promise.reject(failWith()) });
      await requests.run(request, () => ask('a'));
      expect(guard.snapshot().policies.breaker.state).toBe('open');
      open.push(guard);
      return request;
    };
    expect(await survivors(make, 20)).toBeLessThanOrEqual(2);
    expect(open.length).toBe(20);
  });

  test('is collected though a load shedder was made in it', async () => {
    const requests = new AsyncLocalStorage<object>();
    const kept: unknown[] = [];
    const make = async () => {
      const request = { body: 'of a request' };
      const clock = new ManualClock();
      kept.push(
        clock,
        requests.run(request, () => createLoadShedder({ clock })),
      );
      await clock.advance(100);
      return request;
    };
    expect(await survivors(make, 20)).toBeLessThanOrEqual(2);
    expect(kept.length).toBe(40);
  });

  test('is collected though its call was the first for a key', async () => {
    const requests = new AsyncLocalStorage<object>();
    const kept: unknown[] = [];
    const make = async () => {
      const request = { body: 'of a request' };
      const partners = keyed({ name: 'partner', call: async () => 'fine', clock: new ManualClock() });
      kept.push(partners);
      await requests.run(request, () => partners.of('a').call());
      return request;
    };
    expect(await survivors(make, 20)).toBeLessThanOrEqual(2);
    expect(kept.length).toBe(20);
  });
});
