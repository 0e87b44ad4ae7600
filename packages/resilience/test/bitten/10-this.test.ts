import { describe, expect, test, vi } from 'vitest';
import {
  type CallContext,
  createLoadShedder,
  type DependencyOptions,
  dependency,
  keyed,
} from '../../src/index.ts';
import { alone, guarded, ManualClock } from './fixture.ts';

// A method that is taken off its object loses `this`.

describe('a context', () => {
  async function contextOf(use: (context: CallContext) => unknown): Promise<unknown> {
    const { guard } = guarded(
      { attemptTimeoutMs: 300, deadlineMs: 1000 },
      { call: async (_, context) => use(context) as string },
    );
    return (await guard.call('a', { priority: 'critical' })).value;
  }

  test('lets its methods be taken off', async () => {
    expect(await contextOf(({ remainingMs }) => remainingMs())).toBe(300);
  });

  test('lets its method be handed on as a callback', async () => {
    expect(await contextOf(({ remainingMs }) => [1, 2].map(remainingMs))).toEqual([300, 300]);
  });

  test('can be copied with more in it', async () => {
    const seen = await contextOf((context) => {
      const { signal, attempt, priority, remainingMs, tenant } = { ...context, tenant: 'a' };
      return [signal instanceof AbortSignal, attempt, priority, remainingMs(), tenant];
    });
    expect(seen).toEqual([true, 1, 'critical', 300, 'a']);
  });

  test('has the same signal however it is read, and aborts that', async () => {
    const { guard, work, clock } = guarded({ ...alone, attemptTimeoutMs: 100 });
    guard.call('a').catch(() => {});
    const { context } = work(0);
    const copy = { ...context };
    expect(copy.signal).toBe(context.signal);
    await clock.advance(110);
    expect(copy.signal.aborted).toBe(true);
    expect(copy.remainingMs()).toBe(0);
  });

  test('shows its names to whoever lists them, and nothing else', async () => {
    expect(await contextOf((context) => Object.keys(context).sort())).toEqual([
      'attempt',
      'priority',
      'remainingMs',
      'signal',
    ]);
  });
});

describe('a dependency', () => {
  const names = ['call', 'snapshot', 'onEvent', 'carryContext', 'configure', 'isolate', 'release'] as const;

  test.each([...names, 'dispose'])('has %s where it is listed and copied', (name) => {
    const { guard } = guarded();
    expect(Object.keys(guard)).toContain(name);
    expect(typeof { ...guard }[name as 'call']).toBe('function');
  });

  test('works when all of its methods are taken off', async () => {
    const { guard, asked } = guarded(alone);
    const { call, snapshot, onEvent, carryContext, configure, isolate, release } = guard;
    const heard: string[] = [];
    const stop = onEvent(({ type }) => heard.push(type));
    carryContext({ capture: () => undefined, run: (_, work) => work() });
    configure({ attemptTimeoutMs: 1000 });
    isolate();
    release();
    const answer = call('a');
    asked[0]?.succeed('fine');
    expect((await answer).value).toBe('fine');
    stop();
    expect(snapshot().calls.live).toBe(1);
    expect(heard).toContain('call.end');
  });

  test('can be used as a callback: an index and an array are no options', async () => {
    const { guard } = guarded({}, { call: async (id) => `value of ${id}` });
    const { call } = guard as { call: (input: unknown) => ReturnType<typeof guard.call> };
    const answers = await Promise.all(['a', 'b', 'c'].map(call));
    expect(answers.map(({ value }) => value)).toEqual(['value of a', 'value of b', 'value of c']);
  });

  test('can be used as a callback of other kinds', async () => {
    const { guard } = guarded({}, { call: async (id) => `value of ${id}` });
    const call = guard.call as (input: unknown) => ReturnType<typeof guard.call>;
    expect(await Promise.resolve('a').then(call)).toMatchObject({ value: 'value of a' });
    const found = await Promise.all([...new Map([['key', 'a']]).entries()].map(call));
    expect(found).toHaveLength(1);
  });

  test('still rejects options that somebody has given by mistake', async () => {
    const { guard } = guarded({}, { call: async () => 'fine' });
    await expect(guard.call('a', { deadlinMs: 5 } as never)).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
    });
  });
});

describe('an operation', () => {
  test('can be given by a callback: an index and an array are no options', async () => {
    const { guard } = guarded();
    const { execute } = guard;
    const answers = await Promise.all([async () => 1, async () => 2].map(execute));
    expect(answers.map(({ value }) => value)).toEqual([1, 2]);
  });

  test('still has its options checked', async () => {
    const { guard } = guarded();
    await expect(guard.execute(async () => 1, { deadlinMs: 5 } as never)).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
    });
  });

  test('has a context that can be copied and taken apart', async () => {
    const { guard } = guarded({ attemptTimeoutMs: 300, deadlineMs: 1000 });
    const answer = await guard.execute(async (context) => {
      const { remainingMs, signal } = { ...context };
      return [remainingMs(), signal instanceof AbortSignal, ...Object.keys(context)];
    });
    expect(answer.value).toEqual([300, true, 'signal', 'attempt', 'priority', 'remainingMs']);
  });
});

describe('a function of the user is called as what it is', () => {
  test('a method of the options, on them: its types say so', async () => {
    const seen: unknown[] = [];
    const options: DependencyOptions<string, string> = {
      name: 'inventory',
      async call() {
        seen.push(this);
        return this.name;
      },
      isEnabled() {
        seen.push(this);
        return true;
      },
      disabledValue: () => 'disabled',
    };
    expect(await dependency(options).call('a')).toMatchObject({ value: 'inventory' });
    expect(seen.map((it) => it === options)).toEqual([true, true]);
  });

  test('a disabled value too', async () => {
    const guard = dependency<string, string>({
      name: 'inventory',
      call: async () => 'live',
      isEnabled: () => false,
      disabledValue(this: { readonly name: string }) {
        return this.name;
      },
    });
    expect(await guard.call('a')).toMatchObject({ value: 'inventory', source: 'disabled' });
  });

  test('an operation and a listener, on nothing of ours', async () => {
    const { guard } = guarded();
    const seen: unknown[] = [];
    guard.onEvent(function (this: unknown) {
      seen.push(this);
    });
    await guard.execute(async function (this: unknown) {
      seen.push(this);
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.filter((it) => it !== undefined)).toEqual([]);
  });
});

describe('a load shedder', () => {
  test('works when all of its methods are taken off', () => {
    const { admit, queueWaited, configure, snapshot, close } = createLoadShedder({
      clock: new ManualClock(),
    });
    configure({ maxInFlight: 1 });
    queueWaited(1);
    const admission = admit('default');
    expect(snapshot()).toMatchObject({ inFlight: 1, maxInFlight: 1 });
    expect(admission.admitted).toBe(true);
    if (!admission.admitted) return;
    const { release } = admission;
    release();
    expect(snapshot().inFlight).toBe(0);
    close();
  });

  test('has them where they are listed and copied', () => {
    const shedder = { ...createLoadShedder({ clock: new ManualClock() }) };
    expect(Object.keys(shedder).toSorted()).toEqual([
      'admit',
      'close',
      'configure',
      'queueWaited',
      'snapshot',
    ]);
    expect(shedder.admit('critical').admitted).toBe(true);
    shedder.close();
  });
});

describe('one dependency per key', () => {
  test('works when all of its methods are taken off', async () => {
    const { of, keys, entries, snapshot, onEvent, configure, dispose } = keyed({
      name: 'partner',
      call: async (id: string) => id,
    });
    const stop = onEvent(() => {});
    configure({ deadlineMs: 500 });
    const [first] = ['a', 'b'].map(of);
    expect(await first?.call('x')).toMatchObject({ value: 'x' });
    expect([...keys()]).toEqual(['a', 'b']);
    expect([...entries()].length).toBe(2);
    expect(snapshot().size).toBe(2);
    stop();
    dispose();
  });
});

// What a function takes can not be seen from outside: wrapped by a tracer, a mock or bind, it names no parameter.
describe('a guarded call gets its context, however it is wrapped', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the subject of the test
  type Anything = any;
  const takesAll = async (...args: Anything[]) => args[1]?.attempt;
  const wrapped: [string, unknown][] = [
    ['rest parameters', takesAll],
    ['rest parameters, bound', takesAll.bind(null)],
    ['parameters with defaults', async (_input = 1, context: Anything = {}) => context.attempt],
    [
      'parameters with defaults, bound',
      (async (_input = 1, context: Anything = {}) => context.attempt).bind(null),
    ],
    [
      'arguments',
      async function call(_input: unknown) {
        // biome-ignore lint/complexity/noArguments: the subject of the test
        return arguments[1]?.attempt;
      },
    ],
    ['a proxy', new Proxy(takesAll, {})],
    ['a proxy of a proxy', new Proxy(new Proxy(takesAll, {}), {})],
    [
      'a class method',
      new (class {
        async call(...args: Anything[]) {
          return args[1]?.attempt;
        }
      })().call,
    ],
    ['a mock', vi.fn(takesAll)],
    [
      'a comment that looks like the end of its parameters',
      // Written out, since what compiles the tests leaves comments away.
      new Function('return async function call/*(x){*/(input, context = {}) { return context.attempt; }')(),
    ],
  ];

  test.each(wrapped)('%s', async (_, call) => {
    const { guard } = guarded({ retry: { enabled: false } }, { call: call as never });
    expect((await guard.call('a')).value).toBe(1);
  });
});
