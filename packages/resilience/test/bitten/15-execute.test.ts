import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Answer, defaultAnswer, dependency, standardPolicy } from '../../src/index.ts';
import { alone, failWith, ManualClock } from './fixture.ts';

// As cockatiel's execute: many operations, one set of protections.

interface User {
  readonly id: string;
}

function database(policy: Parameters<typeof standardPolicy>[0] = {}) {
  const clock = new ManualClock();
  return {
    clock,
    db: dependency({ name: 'db', policy: standardPolicy({ ...alone, ...policy }), clock, random: () => 0.5 }),
  };
}

describe('execute', () => {
  test('guards any operation, and keeps its type', async () => {
    const { db } = database();
    const user = await db.execute(async () => ({ id: 'u1' }) as User);
    const count = await db.execute(async () => 7);
    expectTypeOf(user.value).toEqualTypeOf<User>();
    expectTypeOf(count.value).toEqualTypeOf<number>();
    expect([user.value.id, count.value]).toEqual(['u1', 7]);
  });

  test('shares one breaker among all operations', async () => {
    const { db } = database({ breaker: { minCalls: 2 } });
    for (let i = 0; i < 2; i++) await db.execute(async () => Promise.reject(failWith())).catch(() => {});
    await expect(db.execute(async () => 'other')).rejects.toMatchObject({ code: 'E_BREAKER_OPEN' });
  });

  test('hands on the context: signal, attempt, remainingMs', async () => {
    const { db, clock } = database({ attemptTimeoutMs: 100 });
    let reason: unknown;
    const fate = db.execute(({ signal, remainingMs }) => {
      expect(remainingMs()).toBe(100);
      signal.addEventListener('abort', () => (reason = signal.reason));
      return new Promise<never>(() => {});
    });
    fate.catch(() => {});
    await clock.advance(110);
    await expect(fate).rejects.toMatchObject({ code: 'E_ATTEMPT_TIMEOUT' });
    expect(reason).toMatchObject({ code: 'E_ATTEMPT_TIMEOUT' });
  });

  test('takes the options of a call: idempotent, signal, deadlineMs, context', async () => {
    const { db, clock } = database({ retry: { enabled: true } });
    let attempts = 0;
    const answer = db.execute(
      async () => {
        if (++attempts === 1) throw failWith();
        return 'second';
      },
      { idempotent: true, deadlineMs: 5000, context: 'order 7' },
    );
    await clock.advance(200);
    expect(await answer).toMatchObject({ value: 'second', source: 'live' });
  });

  test('degrades as the operation says', async () => {
    const { db } = database();
    const answer = await db.execute(async (): Promise<number> => Promise.reject(failWith()), {
      degrade: [defaultAnswer(() => 0)],
    });
    expectTypeOf(answer.value).toEqualTypeOf<number>();
    expect(answer).toMatchObject({ value: 0, source: 'default' });
  });

  test('treats a synchronous throw, and a plain value, like a promise', async () => {
    const { db } = database();
    const error = failWith();
    const throwing = () => {
      throw error;
    };
    await expect(db.execute(throwing as never)).rejects.toBe(error);
    expect((await db.execute((() => 'plain') as never)).value).toBe('plain');
  });

  test.each([undefined, null, 'text', {}])('rejects what is no function: %s', async (work) => {
    const { db } = database();
    await expect(db.execute(work as never)).rejects.toMatchObject({ code: 'E_INVALID_OPTION' });
  });

  test('stands beside call, behind the same protections', async () => {
    const users = dependency({
      name: 'users',
      policy: standardPolicy({ ...alone, breaker: { minCalls: 2 } }),
      call: async (id: string) => ({ id }),
    });
    for (let i = 0; i < 2; i++) await users.execute(async () => Promise.reject(failWith())).catch(() => {});
    await expect(users.call('u1')).rejects.toMatchObject({ code: 'E_BREAKER_OPEN' });
  });

  test('is the only way in where no call was given', async () => {
    const { db } = database();
    await expect((db.call as (input: unknown) => Promise<unknown>)('x')).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
      option: 'call',
    });
  });
});

describe('call without an input', () => {
  test('needs no argument', async () => {
    const health = dependency({ name: 'health', call: async () => 'up' });
    expectTypeOf(health.call).toBeCallableWith();
    expect((await health.call()).value).toBe('up');
  });

  test('needs one where the work takes one', () => {
    const users = dependency({ name: 'users', call: async (id: string) => id });
    expectTypeOf(users.call).parameter(0).toEqualTypeOf<string>();
  });
});

test('an answer is told by its source: only a degraded one has a reason and a cause', () => {
  const told = (answer: Answer<number>): string => {
    switch (answer.source) {
      case 'live':
        expectTypeOf(answer.reason).toEqualTypeOf<undefined>();
        return 'live';
      case 'disabled':
        expectTypeOf(answer.reason).toEqualTypeOf<undefined>();
        return 'disabled';
      case 'cached':
      case 'default':
        expectTypeOf(answer.reason).toEqualTypeOf<string>();
        return answer.reason;
    }
  };
  expect(told({ value: 1, source: 'live' })).toBe('live');
});

describe('the flag of a dependency, and its operations', () => {
  const off = { name: 'db', policy: standardPolicy(alone), isEnabled: () => false };

  test('rejects them while it is off, without asking', async () => {
    let asked = 0;
    const db = dependency(off);
    const count = async () => ++asked;
    await expect(db.execute(count)).rejects.toMatchObject({
      code: 'E_DISABLED',
      message: 'db: switched off by its flag (isEnabled = 0)',
    });
    expect(asked).toBe(0);
    expect(db.snapshot()).toMatchObject({ outcomes: { rejected: 1 }, rejections: { isEnabled: 1 } });
  });

  test('lets the operation degrade, and never gives it the value that is for call', async () => {
    const users = dependency({ ...off, call: async (id: string) => id, disabledValue: () => 'nobody' });
    expect(await users.execute(async () => 7, { degrade: [defaultAnswer(() => 0)] })).toMatchObject({
      value: 0,
      source: 'default',
      reason: 'E_DISABLED',
    });
    expect(await users.call('u1')).toEqual({ value: 'nobody', source: 'disabled' });
  });
});

describe('an operation', () => {
  test('remembers its live answers in its own steps, with no input', async () => {
    const heard: unknown[] = [];
    const step = {
      source: 'cached',
      answer: () => undefined,
      remember: (input: undefined, output: number) => void heard.push([input, output]),
    } as const;
    const users = dependency({
      name: 'users',
      policy: standardPolicy(alone),
      call: async (id: string) => id,
    });
    await users.execute(async () => 7, { degrade: [step] });
    await users.execute(async () => 8);
    await users.call('u1');
    expect(heard).toEqual([[undefined, 7]]);
  });

  test('gets a context if it can see one, however it is written', async () => {
    const { db } = database();
    const contexts = await Promise.all([
      db.execute(async (context) => context.signal),
      db.execute(async ({ signal }) => signal),
      db.execute(async (...[context]) => context.signal),
      db.execute(async function () {
        // biome-ignore lint/complexity/noArguments: one more way to see it
        return (arguments[0] as { signal: AbortSignal }).signal;
      }),
    ]);
    for (const { value } of contexts) expect(value).toBeInstanceOf(AbortSignal);
  });

  test.each([
    ['degrade', { degrade: [{}] }],
    ['degrade', { degrade: 'none' }],
    ['degrade.0.source', { degrade: [{ source: 'live', answer: () => undefined }] }],
    ['deadline', { deadline: 5 }],
    ['deadlineMs', { deadlineMs: '5' }],
    ['options', null],
    ['options', '7'],
  ])('rejects the option %s: %j', async (option, options) => {
    const { db } = database();
    await expect(db.execute(async () => 7, options as never)).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
      option,
    });
  });
});
