import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import {
  createLoadShedder,
  type DegradeStep,
  defaultAnswer,
  dependency,
  staleIfError,
  standardPolicy,
} from '../../src/index.ts';
import { alone, failWith, guarded, ManualClock, mapCache, settled, unhandledIn } from './fixture.ts';

// opossum, cockatiel, p-retry: a promise or a throw where a value was expected ends the process at the first outage,
// leaves the call without an answer, or keeps its permit.

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;

const rejecting = async (): Promise<never> => {
  throw new Error('of the user');
};
const throwing = (): never => {
  throw new Error('of the user');
};
const silent = () => vi.spyOn(process, 'emitWarning').mockImplementation(() => {});

/** A thenable whose class this realm does not know. */
const ofAnotherRealm = (value: unknown): PromiseLike<unknown> =>
  runInNewContext('Promise.resolve(value)', { value });
const rejectedInAnotherRealm = (): PromiseLike<unknown> =>
  runInNewContext('Promise.reject(new Error("of another realm"))');
/** As an ORM's query builder is one: no promise, and nothing happens before it is awaited. */
const lazy = (value: unknown): PromiseLike<unknown> => ({
  // biome-ignore lint/suspicious/noThenProperty: the subject of the test
  then: (onValue) => Promise.resolve(value).then(onValue),
});

type Then = (onValue: (value: unknown) => void, onError: (error: unknown) => void) => void;
const withThen = (target: object, then: Then) => Object.assign(target, { then });

const fault = (change: (error: object) => void): object => {
  const error = new Error('of the user');
  change(error);
  return error;
};
const withGetter = (property: string) =>
  fault((error) => Object.defineProperty(error, property, { get: throwing }));
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
// As functions, since the runner shows the rows of a table.
const strangeErrors: [string, () => unknown][] = [
  ...[
    'code',
    'name',
    'message',
    'stack',
    'cause',
    'errors',
    'status',
    'isFailure',
    'verdict',
    'retryAfterMs',
    'doNotRetry',
    'countsAsFailure',
    'then',
    'constructor',
    'toString',
  ].map((property): [string, () => unknown] => [
    `a getter of ${property} that throws`,
    () => withGetter(property),
  ]),
  ['a proxy that is revoked', revoked],
  [
    'a proxy that throws for everything',
    () => new Proxy({}, { get: throwing, getPrototypeOf: throwing, has: throwing }),
  ],
  ['an object without a prototype', () => Object.create(null)],
  ['a frozen error', () => Object.freeze(new Error('of the user'))],
  ['a circle of causes', () => fault((error) => Object.assign(error, { cause: error }))],
  ['a symbol', () => Symbol('of the user')],
  ['a function', () => throwing],
  ['nothing', () => undefined],
  ['null', () => null],
  ['a promise that rejects', rejecting],
];

describe('the options of a dependency, given what they do not expect', () => {
  interface Given {
    readonly options?: Anything;
    readonly policy?: Anything;
    readonly listener?: Anything;
    readonly carrier?: Anything;
  }
  const answers = () => ({ source: 'default', answer: () => ({ value: 'popular' }) });
  const given: Record<string, Given> = {
    'an async remember': { options: { degrade: [{ ...answers(), remember: rejecting }] } },
    'a remember that throws': { options: { degrade: [{ ...answers(), remember: throwing }] } },
    'a remember of another realm': {
      options: { degrade: [{ ...answers(), remember: rejectedInAnotherRealm }] },
    },
    'an async listener': { listener: rejecting },
    'a listener of another realm': { listener: rejectedInAnotherRealm },
    'a listener that throws what can not be shown': {
      listener: () => {
        throw withGetter('message');
      },
    },
    'a listener that throws an object without a prototype': {
      listener: () => {
        throw Object.create(null);
      },
    },
    'an async isFailure': { policy: { isFailure: rejecting } },
    'an isFailure that throws': { policy: { isFailure: throwing } },
    'an isFailure of another realm': { policy: { isFailure: rejectedInAnotherRealm } },
    'an async classify': { policy: { classify: rejecting } },
    'a classify that throws': { policy: { classify: throwing } },
    'a classify that answers nonsense': { policy: { classify: () => 'sulking' } },
    'an async isEnabled': { options: { isEnabled: rejecting, disabledValue: () => 'off' } },
    'an isEnabled that throws': { options: { isEnabled: throwing, disabledValue: () => 'off' } },
    'an isEnabled of another realm': {
      options: { isEnabled: rejectedInAnotherRealm, disabledValue: () => 'off' },
    },
    'an isEnabled that never answers': {
      options: { isEnabled: () => new Promise(() => {}), disabledValue: () => 'off' },
    },
    'an async disabledValue': { options: { isEnabled: () => false, disabledValue: rejecting } },
    'a disabledValue that throws': { options: { isEnabled: () => false, disabledValue: throwing } },
    'a disabledValue that never answers': {
      options: { isEnabled: () => false, disabledValue: () => new Promise(() => {}) },
    },
    'an async key': {
      options: { degrade: [staleIfError({ cache: mapCache<string>(), key: rejecting as Anything })] },
    },
    'a key that throws': {
      options: { degrade: [staleIfError({ cache: mapCache<string>(), key: throwing })] },
    },
    'a key of another realm': {
      options: {
        degrade: [staleIfError({ cache: mapCache<string>(), key: rejectedInAnotherRealm as Anything })],
      },
    },
    'a cache that throws': {
      options: { degrade: [staleIfError({ cache: { get: throwing, set: throwing }, key: () => 'a' })] },
    },
    'a cache that rejects': {
      options: { degrade: [staleIfError({ cache: { get: rejecting, set: rejecting }, key: () => 'a' })] },
    },
    'a cache that never answers': {
      options: {
        degrade: [
          staleIfError({
            cache: { get: () => new Promise(() => {}), set: () => new Promise(() => {}) },
            key: () => 'a',
          }),
        ],
      },
    },
    'a cache that knows null': {
      options: {
        degrade: [
          staleIfError({ cache: { get: async () => null, set: async () => {} } as Anything, key: () => 'a' }),
        ],
      },
    },
    'an async random': { options: { random: rejecting } },
    'a random that throws': { options: { random: throwing } },
    'a random that is no number': { options: { random: () => 'heads' } },
    'an async degradeOn': { options: { degrade: [{ ...answers(), degradeOn: rejecting }] } },
    'an async default answer': { options: { degrade: [defaultAnswer(rejecting)] } },
    'a default answer of another realm': {
      options: { degrade: [defaultAnswer(rejectedInAnotherRealm as Anything)] },
    },
    'a default answer that never comes': {
      options: { degrade: [defaultAnswer(() => new Promise(() => {}))] },
    },
    'a step that answers null': { options: { degrade: [{ source: 'cached', answer: () => null }] } },
    'a step that answers text': { options: { degrade: [{ source: 'cached', answer: () => 'popular' }] } },
    'a step whose value rejects': {
      options: { degrade: [{ source: 'cached', answer: () => ({ value: rejecting() }) }] },
    },
    'a step that promises a value that rejects': {
      options: { degrade: [{ source: 'cached', answer: async () => ({ value: rejecting() }) }] },
    },
    'a step whose value throws': {
      options: {
        degrade: [{ source: 'cached', answer: () => Object.defineProperty({}, 'value', { get: throwing }) }],
      },
    },
    'a step that promises what throws': {
      options: {
        degrade: [
          { source: 'cached', answer: async () => Object.defineProperty({}, 'value', { get: throwing }) },
        ],
      },
    },
    'a step that answers what throws when it is awaited': {
      options: {
        degrade: [{ source: 'cached', answer: () => Object.defineProperty({}, 'then', { get: throwing }) }],
      },
    },
    'a step that answers a promise of a broken class': {
      options: {
        degrade: [
          {
            source: 'cached',
            answer: () => Object.defineProperty(Promise.resolve(), 'constructor', { get: throwing }),
          },
        ],
      },
    },
    'an async carrier': { carrier: { capture: rejecting, run: rejecting } },
    'a carrier that throws': { carrier: { capture: throwing, run: throwing } },
    'a carrier that runs nothing': { carrier: { capture: () => 1, run: () => {} } },
    'a carrier that runs it later': {
      carrier: { capture: () => 1, run: (_: unknown, work: () => void) => setImmediate(work) },
    },
    'a carrier that runs it twice': {
      carrier: {
        capture: () => 1,
        run(_: unknown, work: () => void) {
          work();
          work();
        },
      },
    },
  };

  test.each(Object.entries(given))(
    '%s: every call is answered, every permit comes back, the process lives on',
    async (_, { options, policy, listener, carrier }) => {
      const warned = silent();
      const clock = new ManualClock();
      let asked = 0;
      const guard = dependency<string, string>({
        name: 'inventory',
        idempotent: true,
        // Every second attempt succeeds at once, and the others fail in each way there is.
        call: async () => {
          asked++;
          if (asked % 4 === 1) throw failWith();
          if (asked % 4 === 3) throw failWith({ retryAfterMs: 20 });
          return 'fine';
        },
        clock,
        ...options,
        policy: standardPolicy({
          bulkhead: { maxConcurrent: 2, maxQueue: 6 },
          breaker: { minCalls: 2, openMs: 100 },
          throttle: {},
          hedge: {},
          ...policy,
        }),
      });
      if (listener !== undefined) guard.onEvent(listener);
      if (carrier !== undefined) guard.carryContext(carrier);
      const fates: string[] = [];
      const reasons = await unhandledIn(async () => {
        for (let round = 0; round < 6; round++) {
          for (let i = 0; i < 8; i++) {
            guard.call(`${i}`).then(
              ({ source, value }) => {
                expect(typeof value).toBe('string');
                fates.push(source);
              },
              () => fates.push('failed'),
            );
          }
          await clock.advance(2000);
          // A cache or a step of the user's may take turns of its own.
          for (let turn = 0; turn < 3; turn++) await settled();
        }
      });
      expect(reasons).toEqual([]);
      expect(fates).toHaveLength(48);
      expect(guard.snapshot().calls.total).toBe(48);
      expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
      warned.mockRestore();
    },
  );
});

describe('an error that is not what errors are', () => {
  test.each(strangeErrors)('settles the call and gives its permit back: %s', async (_, makeError) => {
    const error = makeError();
    const { guard, asked, clock } = guarded(
      { ...alone, retry: { enabled: true, maxAttempts: 2 }, bulkhead: { maxConcurrent: 1, maxQueue: 0 } },
      { degrade: [{ source: 'cached', answer: () => undefined }] },
    );
    const reasons = await unhandledIn(async () => {
      for (let i = 0; i < 3; i++) {
        const outcome = guard.call('a').then(
          () => 'answered',
          () => 'rejected',
        );
        asked.at(-1)?.fail(error);
        await clock.advance(5000);
        if (asked.length % 2 === 0) asked.at(-1)?.fail(error);
        expect(await outcome).toBe('rejected');
      }
    });
    expect(reasons).toEqual([]);
    expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
  });

  test.each(strangeErrors)('has a default answer too: %s', async (_, makeError) => {
    const error = makeError();
    const { guard, asked } = guarded(alone, { degrade: [defaultAnswer(() => 'popular')] });
    const answer = guard.call('a');
    asked[0]?.fail(error);
    expect(await answer).toMatchObject({ value: 'popular', source: 'default', reason: expect.any(String) });
  });
});

describe('a call that answers with something else than a promise', () => {
  test.each([
    ['a promise of another realm', () => ofAnotherRealm('fine'), 'live'],
    ['a rejected one of another realm', rejectedInAnotherRealm, 'of another realm'],
    ['a lazy thenable', () => lazy('fine'), 'live'],
    ['a value', () => 'fine', 'live'],
    ['a thenable that throws', () => Object.defineProperty({}, 'then', { get: throwing }), 'of the user'],
    ['a thenable whose then throws', () => withThen({}, throwing), 'of the user'],
    ['a promise whose then throws', () => withThen(Promise.resolve('fine'), throwing), 'live'],
    [
      'a promise whose class throws',
      () => Object.defineProperty(Promise.resolve('fine'), 'constructor', { get: throwing }),
      'of the user',
    ],
    [
      'a promise that settles twice',
      () =>
        withThen(Promise.resolve(), (onValue, onError) => {
          onValue('fine');
          onError(new Error('of the user'));
          onValue('fine');
        }),
      'live',
    ],
  ])('%s', async (_, call, fate) => {
    const { guard, ask } = guarded(alone, { call: call as Anything });
    expect(await ask('a')).toBe(fate);
    expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
    expect(guard.snapshot().calls.total).toBe(1);
  });
});

describe('a promise where a value was expected is awaited', () => {
  const off = { isEnabled: () => false };

  test.each([
    ['async', async () => 'nothing'],
    ['of another realm', () => ofAnotherRealm('nothing')],
    ['lazy', () => lazy('nothing')],
  ])('a disabledValue that is %s', async (_, disabledValue) => {
    const { guard, asked } = guarded(alone, { ...off, disabledValue: disabledValue as Anything });
    expect(await guard.call('a')).toEqual({ value: 'nothing', source: 'disabled' });
    expect(asked).toHaveLength(0);
    expect(guard.snapshot().calls).toMatchObject({ disabled: 1, total: 1 });
  });

  test('a disabledValue that rejects is a failure like one that throws', async () => {
    const { guard } = guarded(alone, { ...off, disabledValue: rejecting });
    await expect(guard.call('a')).rejects.toThrow('of the user');
    expect(guard.snapshot()).toMatchObject({ calls: { failed: 1, total: 1 }, outcomes: { failure: 1 } });
  });

  test("a disabledValue is waited for no longer than the call's deadline", async () => {
    const { ask, clock } = guarded(
      { deadlineMs: 300 },
      { ...off, disabledValue: () => new Promise(() => {}) },
    );
    const fates = [ask('a'), ask('b', { deadlineMs: 100 })];
    await clock.advance(100);
    expect(await fates[1]).toBe('E_DEADLINE');
    await clock.advance(200);
    expect(await fates[0]).toBe('E_DEADLINE');
  });

  test.each([
    ['async', (value: boolean) => Promise.resolve(value)],
    ['of another realm', ofAnotherRealm],
    ['lazy', lazy],
  ])('an isEnabled that is %s', async (_, promised) => {
    for (const isOn of [true, false]) {
      const { guard, ask, asked } = guarded(alone, {
        isEnabled: (() => promised(isOn)) as Anything,
        disabledValue: () => 'nothing',
      });
      const fate = ask('a');
      await settled();
      asked[0]?.succeed('fine');
      expect(await fate).toBe(isOn ? 'live' : 'disabled');
      expect(guard.snapshot().enabled).toBe(isOn);
    }
  });

  test('a key, on the way in and on the way out', async () => {
    const cache = mapCache<string>();
    const key = (input: unknown) => Promise.resolve(`key of ${input}`);
    const { guard, asked } = guarded(alone, { degrade: [staleIfError({ cache, key })] });
    const live = guard.call('a');
    asked[0]?.succeed('fine');
    await live;
    await settled();
    expect([...cache.kept]).toEqual([['key of a', 'fine']]);
    const stale = guard.call('a');
    asked[1]?.fail(failWith());
    expect(await stale).toMatchObject({ value: 'fine', source: 'cached' });
  });

  test.each([
    ['async', async () => 'popular'],
    ['of another realm', () => ofAnotherRealm('popular')],
    ['lazy', () => lazy('popular')],
  ])('a default answer that is %s', async (_, answer) => {
    const { guard, asked } = guarded(alone, { degrade: [defaultAnswer(answer as Anything)] });
    const degraded = guard.call('a');
    asked[0]?.fail(failWith());
    expect(await degraded).toMatchObject({ value: 'popular', source: 'default' });
  });

  test.each([
    ['a step of another realm', () => ofAnotherRealm({ value: 'old', ageMs: 7 })],
    ['a value of another realm', () => ({ value: ofAnotherRealm('old'), ageMs: 7 })],
    ['a value within a promise', async () => ({ value: Promise.resolve('old'), ageMs: 7 })],
  ])('%s', async (_, answer) => {
    const step = { source: 'cached', answer } as Anything as DegradeStep<unknown, string>;
    const { guard, asked } = guarded(alone, { degrade: [step] });
    const degraded = guard.call('a');
    asked[0]?.fail(failWith());
    expect(await degraded).toMatchObject({ value: 'old', source: 'cached', ageMs: 7 });
  });

  test('a synchronous cache is a cache', async () => {
    const kept = new Map<string, string>();
    const cache = {
      get: (key: string) => (kept.has(key) ? { value: kept.get(key), ageMs: 0 } : undefined),
      set: (key: string, value: string) => void kept.set(key, value),
    } as Anything;
    const { guard, asked } = guarded(alone, { degrade: [staleIfError({ cache, key: () => 'a' })] });
    const live = guard.call('a');
    asked[0]?.succeed('fine');
    await live;
    const stale = guard.call('a');
    asked[1]?.fail(failWith());
    expect(await stale).toMatchObject({ value: 'fine', source: 'cached' });
  });
});

test.each([
  ['rejects', rejecting, 'of the user'],
  ['throws', throwing, 'of the user'],
  [
    'throws an error with a getter that throws',
    () => {
      throw withGetter('message');
    },
    'what can not be shown',
  ],
  [
    'throws an object without a prototype',
    () => {
      throw Object.create(null);
    },
    'what can not be shown',
  ],
  [
    'throws text',
    () => {
      throw 'plain text';
    },
    'plain text',
  ],
])('a listener that %s is heard of as a warning', async (_, listener, message) => {
  const warned = silent();
  const { guard, ask, work } = guarded(alone);
  guard.onEvent(listener as Anything);
  const fate = ask('a');
  work(0).succeed('fine');
  expect(await fate).toBe('live');
  await settled();
  expect(warned).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining(message) }));
  warned.mockRestore();
});

test("a caller's signal that is broken ends its own call only", async () => {
  const broken = {
    aborted: false,
    get reason() {
      return throwing();
    },
    handler: undefined as Anything,
    addEventListener(_: string, handler: Anything) {
      this.handler = handler;
    },
    removeEventListener: throwing,
  };
  const { guard, asked, ask } = guarded(alone);
  const cancelled = ask('a', { signal: broken as Anything });
  expect(() => broken.handler.handleEvent()).not.toThrow();
  expect(await cancelled).toBe('E_CANCELLED');
  asked[0]?.succeed('late');
  // Enough idle signals that listeners are let go of.
  for (let i = 0; i < 600; i++) {
    const fate = ask(i, {
      signal: { aborted: false, addEventListener() {}, removeEventListener: throwing } as Anything,
    });
    asked.at(-1)?.succeed('fine');
    expect(await fate).toBe('live');
  }
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test.each([
  ['rejects', rejecting],
  ['throws', throwing],
  ['is no number', () => Number.NaN],
])('a shedder whose random %s tells when to come back', async (_, random) => {
  const clock = new ManualClock();
  const shedder = createLoadShedder({ maxInFlight: 1, minInFlight: 1, clock, random: random as Anything });
  const reasons = await unhandledIn(async () => {
    shedder.admit('critical');
    const second = shedder.admit('critical');
    expect(second).toMatchObject({ admitted: false });
    const { retryAfterMs } = second as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(retryAfterMs).toBeLessThanOrEqual(2000);
  });
  expect(reasons).toEqual([]);
  shedder.close();
});
