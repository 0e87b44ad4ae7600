import { expect, test, vi } from 'vitest';
import { defaultAnswer } from '../degrade/default-answer.ts';
import { CancelledError, RejectedError } from '../pipeline/errors.ts';
import { guarded } from '../testing/guarded.ts';
import type { DependencyOptions } from './dependency-options.ts';
import { dependency } from './guarded-dependency.ts';

const once = { retry: { enabled: false } };

test('answers live with the value and nothing else', async () => {
  const { guard, work } = guarded();
  const answer = guard.call('a');
  work(0).succeed('fine');
  expect(await answer).toEqual({ value: 'fine', source: 'live' });
});

test("rejects with the call's own error when nothing degrades", async () => {
  const { guard, work } = guarded(once);
  const failure = new Error('broken');
  const answer = guard.call('a');
  work(0).fail(failure);
  await expect(answer).rejects.toBe(failure);
});

test('degrades a failure and says why', async () => {
  const { guard, work, events } = guarded(once, {
    degrade: [defaultAnswer((input) => `default for ${input}`)],
  });
  const answer = guard.call('a');
  work(0).fail(Object.assign(new Error('broken'), { code: 'E_UPSTREAM' }));
  expect(await answer).toEqual({ value: 'default for a', source: 'default', reason: 'E_UPSTREAM' });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'fallback', source: 'default', errorCode: 'E_UPSTREAM' }),
  );
});

test('degrades a rejection without asking', async () => {
  const { guard, asked } = guarded(once, { degrade: [defaultAnswer(() => 'popular')] });
  guard.isolate();
  expect(await guard.call('a')).toEqual({ value: 'popular', source: 'default', reason: 'E_BREAKER_OPEN' });
  expect(asked).toHaveLength(0);
});

test('answers the disabled value when its flag is off, without asking', async () => {
  let isOn = true;
  const { guard, asked } = guarded(once, { isEnabled: () => isOn, disabledValue: () => 'nothing' });
  isOn = false;
  expect(await guard.call('a')).toEqual({ value: 'nothing', source: 'disabled' });
  expect(asked).toHaveLength(0);
  expect(guard.snapshot()).toMatchObject({ enabled: false, calls: { disabled: 1, total: 1 } });
});

test('rejects, and never throws, when the flag itself is broken', async () => {
  const isEnabled = () => {
    throw new Error('no flags');
  };
  const { guard, events } = guarded(once, { isEnabled, disabledValue: () => 'nothing' });
  await expect(guard.call('a')).rejects.toThrow('no flags');
  expect(guard.snapshot()).toMatchObject({
    enabled: false,
    calls: { failed: 1, total: 1 },
    outcomes: { failure: 1 },
  });
  expect(events).toMatchObject([{ type: 'call.end', outcome: 'failure', attempts: 0 }]);
});

test('degrades a broken flag like any other failure', async () => {
  const { guard, asked } = guarded(once, {
    isEnabled: () => {
      throw Object.assign(new Error('no flags'), { code: 'E_FLAGS' });
    },
    disabledValue: () => 'nothing',
    degrade: [defaultAnswer(() => 'popular')],
  });
  expect(await guard.call('a')).toEqual({ value: 'popular', source: 'default', reason: 'E_FLAGS' });
  expect(asked).toHaveLength(0);
});

test('spoils no live answer when a degrade step fails to remember it', async () => {
  const remember = () => {
    throw new Error('no memory');
  };
  const { ask, work } = guarded(once, { degrade: [{ source: 'cached', answer: () => undefined, remember }] });
  const fate = ask('a');
  work(0).succeed('fine');
  expect(await fate).toBe('live');
});

test('lets errors through while its fallback is switched off', async () => {
  const { guard, ask, work } = guarded(once, { degrade: [defaultAnswer(() => 'popular')] });
  guard.configure({ fallback: { enabled: false } });
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  expect(await fate).toBe('broken');
});

test('counts what became of its calls', async () => {
  const { guard, ask, work } = guarded(
    { ...once, bulkhead: { maxConcurrent: 1, maxQueue: 0 } },
    {
      degrade: [{ source: 'default', answer: (input) => (input === 'a' ? undefined : { value: 'popular' }) }],
    },
  );
  const fates = [ask('a'), ask('b')];
  work(0).fail(new Error('broken'));
  await Promise.all(fates);
  const live = ask('c');
  work(1).succeed('fine');
  await live;
  expect(guard.snapshot()).toMatchObject({
    name: 'inventory',
    calls: { live: 1, cached: 0, default: 1, disabled: 0, failed: 1, total: 3 },
    outcomes: { success: 1, failure: 1, rejected: 1 },
    rejections: { bulkhead: 1 },
    latencyMs: { count: 1 },
  });
});

test('has a snapshot that survives JSON', () => {
  const { guard } = guarded();
  const snapshot = guard.snapshot();
  const json = JSON.parse(JSON.stringify(snapshot));
  expect(json.policies.breaker.state).toBe('closed');
  expect(Object.keys(json.policies).sort()).toEqual(Object.keys(snapshot.policies).sort());
});

test('tells the story of a call in order, each event with its context', async () => {
  const { guard, work, clock, events } = guarded(
    { deadlineMs: 10_000, attemptTimeoutMs: 100, retry: { baseDelayMs: 0 } },
    { degrade: [defaultAnswer(() => 'popular')] },
  );
  const context = { order: 42 };
  const answer = guard.call('a', { context });
  await clock.advance(110);
  work(1).fail(Object.assign(new Error('broken'), { code: 'E_UPSTREAM' }));
  await answer;
  expect(events.map(({ type }) => type)).toEqual([
    'attempt',
    'retry',
    'attempt',
    'retry.rejected',
    'fallback',
    'call.end',
  ]);
  expect(events.every((event) => event.context === context && event.dependency === 'inventory')).toBe(true);
  expect(events[0]).toMatchObject({
    attempt: 1,
    durationMs: 100,
    outcome: 'timeout',
    errorCode: 'E_ATTEMPT_TIMEOUT',
  });
  expect(events.at(-1)).toMatchObject({ outcome: 'failure', source: 'default', attempts: 2 });
});

test('stops telling a listener that has unsubscribed', async () => {
  const { guard, ask, work } = guarded();
  const heard: string[] = [];
  const stop = guard.onEvent(({ type }) => heard.push(type));
  stop();
  const fate = ask('a');
  work(0).succeed('fine');
  await fate;
  expect(heard).toEqual([]);
});

test('survives a listener that throws, and says so', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { guard, ask, work, events } = guarded();
  guard.onEvent(() => {
    throw new Error('broken listener');
  });
  const fate = ask('a');
  work(0).succeed('fine');
  expect(await fate).toBe('live');
  expect(events.map(({ type }) => type)).toEqual(['attempt', 'call.end']);
  expect(warn).toHaveBeenCalledWith(expect.objectContaining({ message: 'broken listener' }));
  warn.mockRestore();
});

test('changes nothing when any part of a patch is wrong', () => {
  const { guard } = guarded();
  const before = guard.snapshot();
  expect(() => guard.configure({ bulkhead: { maxConcurrent: 5 }, retry: { maxAttempts: 99 } })).toThrow(
    /maxAttempts/,
  );
  expect(() =>
    guard.configure({ bulkhead: { maxConcurrent: 5 }, fallback: { enabled: 1 as never } }),
  ).toThrow(/fallback\.enabled/);
  expect(guard.snapshot()).toEqual(before);
});

test('keeps every call in flight when everything is reconfigured at once', async () => {
  const { guard, ask, asked, work, clock } = guarded({ bulkhead: { maxConcurrent: 2 }, deadlineMs: 10_000 });
  const fates = Array.from({ length: 6 }, (_, index) => ask(index));
  await clock.advance(10);
  guard.configure({
    deadlineMs: 500,
    attemptTimeoutMs: 50,
    rateLimit: { enabled: true, perSecond: 1, burst: 1 },
    bulkhead: { maxConcurrent: 6 },
    adaptive: { enabled: true },
    throttle: { enabled: true },
    breaker: { windowMs: 500 },
    hedge: { enabled: true },
    retry: { enabled: false, budget: { windowMs: 500 } },
  });
  for (let i = 0; i < asked.length; i++) work(i).succeed('fine');
  expect(await Promise.all(fates)).toEqual(Array(6).fill('live'));
  expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
});

test.each([
  [{ name: '' }, 'name must be a non-empty string, received ""'],
  [{ call: undefined }, 'call must be a function, received undefined'],
  [
    { idempotant: true },
    'idempotant is not an option, it must be one of name, call, policy, degrade, idempotent, isEnabled, disabledValue, clock, random',
  ],
  [{ idempotent: 'yes' }, 'idempotent must be true or false, received "yes"'],
  [{ policy: { retry: {} } }, 'policy must be what standardPolicy() gives, received an object'],
  [{ degrade: [{ source: 'cached' }] }, 'degrade must be an array of steps that answer, received an array'],
  [{ clock: Date }, 'clock must be an object with now() and setTimer(), received a function'],
  [{ isEnabled: true, disabledValue: () => '' }, 'isEnabled must be a function, received true'],
  [
    { isEnabled: () => true },
    'disabledValue must be a function, since isEnabled is given, received undefined',
  ],
])('rejects %j', (options, message) => {
  const complete = { name: 'inventory', call: async () => 'fine', ...options };
  expect(() => dependency(complete as unknown as DependencyOptions<string, string>)).toThrow(message);
});

test('has errors that say who rejected, which limit was hit and what to change', async () => {
  const { guard } = guarded();
  guard.isolate();
  const error = await guard.call('a').catch((caught) => caught);
  expect(error).toBeInstanceOf(RejectedError);
  expect(error.message).toBe('inventory: isolated by hand (breaker.isolated = 1)');
  expect(error).not.toBeInstanceOf(CancelledError);
});

test('names a failure without a code by its class', async () => {
  const { guard, work } = guarded(once, { degrade: [defaultAnswer(() => 'popular')] });
  const answers = [guard.call('a'), guard.call('b'), guard.call('c')];
  work(0).fail(new TypeError('broken'));
  work(1).fail('just text');
  work(2).fail(undefined);
  const reasons = (await Promise.all(answers)).map(({ reason }) => reason);
  expect(reasons).toEqual(['TypeError', 'E_UNKNOWN', 'E_UNKNOWN']);
});
