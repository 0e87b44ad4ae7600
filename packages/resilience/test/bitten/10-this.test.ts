import { describe, expect, test, vi } from 'vitest';
import type { CallContext } from '../../src/index.ts';
import { alone, guarded } from './fixture.ts';

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
  ];

  test.each(wrapped)('%s', async (_, call) => {
    const { guard } = guarded({ retry: { enabled: false } }, { call: call as never });
    expect((await guard.call('a')).value).toBe(1);
  });
});
