import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { attemptErrors, defaultAnswer, dependency, standardPolicy } from '../../src/index.ts';
import { alone, failWith, guarded, settled } from './fixture.ts';

// undici#2953: fetch wraps the reason of a failure in "TypeError: fetch failed".

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const loop = new Error('a');
loop.cause = new Error('b', { cause: loop });
const nested = (depth: number, innermost: unknown): unknown =>
  depth === 0 ? innermost : new Error('outer', { cause: nested(depth - 1, innermost) });

const made = () => [defaultAnswer<unknown, string>(() => 'made up')];

describe('the reason of a degraded answer', () => {
  test.each([
    ['the code of the error itself', refused(), 'ECONNREFUSED'],
    [
      'the code of its cause, as fetch throws it',
      new TypeError('fetch failed', { cause: refused() }),
      'ECONNREFUSED',
    ],
    ['the code of a cause further down', nested(4, refused()), 'ECONNREFUSED'],
    [
      'the first code among several errors (two addresses tried)',
      new TypeError('fetch failed', { cause: new AggregateError([refused(), refused()]) }),
      'ECONNREFUSED',
    ],
    ['the status of an answer', failWith({ status: 500 }), 'E_HTTP_500'],
    ['the status as undici spells it', failWith({ statusCode: 503 }), 'E_HTTP_503'],
    [
      'the outermost code, when there are two',
      Object.assign(new Error('x', { cause: refused() }), { code: 'E_MINE' }),
      'E_MINE',
    ],
    ['the name of a class, when there is no code', new RangeError('x'), 'RangeError'],
    [
      'a name that says more than Error further down',
      new Error('x', { cause: new RangeError('y') }),
      'RangeError',
    ],
    ['the name of a DOMException, whose code is a number', AbortSignal.abort().reason, 'AbortError'],
    ['found though the causes go round in a circle', loop, 'Error'],
    ['found in a text that was thrown', 'just text', 'E_UNKNOWN'],
    ['found when nothing was thrown', undefined, 'E_UNKNOWN'],
    ['not a code that is no word', failWith({ code: '' }), 'Error'],
  ])('is %s', async (_, error, reason) => {
    const { guard, asked } = guarded(alone, { degrade: made() });
    const answer = guard.call('a');
    asked[0]?.fail(error);
    expect((await answer).reason).toBe(reason);
  });

  test('is ECONNREFUSED for a fetch to a port where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const guard = dependency({
      name: 'gone',
      policy: standardPolicy({ retry: { enabled: false } }),
      call: async () => (await fetch(`http://127.0.0.1:${port}/`)).text(),
      degrade: [defaultAnswer(() => 'made up')],
    });
    expect(await guard.call(undefined)).toMatchObject({ source: 'default', reason: 'ECONNREFUSED' });
  });
});

describe('the cause', () => {
  test('of a degraded answer is the error of the call', async () => {
    const error = new TypeError('fetch failed', { cause: refused() });
    const { guard, asked } = guarded(alone, { degrade: made() });
    const answer = guard.call('a');
    asked[0]?.fail(error);
    expect((await answer).cause).toBe(error);
  });

  test.each([
    ['E_ATTEMPT_TIMEOUT', { attemptTimeoutMs: 100, deadlineMs: 1000 }],
    ['E_DEADLINE', { attemptTimeoutMs: 1000, deadlineMs: 100 }],
    ['E_BREAKER_OPEN', { breaker: { isolated: true } }],
    ['E_RATE_LIMITED', { rateLimit: { burst: 1, perSecond: 1 } }],
  ])(
    'of an answer that is degraded for %s is the error that would have been thrown',
    async (code, policy) => {
      const { guard, clock } = guarded({ ...alone, ...policy }, { degrade: made() });
      if (code === 'E_RATE_LIMITED') guard.call('the only token');
      const answer = guard.call('a');
      await clock.advance(500);
      expect((await answer).cause).toMatchObject({ code, dependency: 'inventory' });
    },
  );

  test('is on every event that tells of an error', async () => {
    const error = refused();
    const { guard, asked, clock, events } = guarded({ deadlineMs: 10_000 }, { degrade: made() });
    const answer = guard.call('a');
    asked[0]?.fail(error);
    await clock.advance(200);
    asked[1]?.fail(error);
    await answer;
    const told = events.filter(({ type }) => type !== 'retry.rejected');
    expect(told.map(({ type }) => type)).toEqual(['attempt', 'retry', 'attempt', 'fallback', 'call.end']);
    for (const event of told)
      expect([event.type, (event as { cause?: unknown }).cause]).toEqual([event.type, error]);
  });

  test('is not on the events of a call that succeeds', async () => {
    const { guard, asked, events } = guarded(alone);
    const answer = guard.call('a');
    asked[0]?.succeed('fine');
    await answer;
    for (const event of events) expect((event as { cause?: unknown }).cause).toBeUndefined();
  });
});

describe('the errors of earlier attempts', () => {
  const first = refused();
  const second = failWith({ status: 500 });

  test('are found from the error that reaches the caller', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000 });
    const fate = guard.call('a').catch((error) => error);
    asked[0]?.fail(first);
    await clock.advance(200);
    asked[1]?.fail(second);
    const error = await fate;
    expect(error).toBe(second);
    expect(attemptErrors(error)).toEqual([first, second]);
  });

  test('are found from the cause of a degraded answer', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000 }, { degrade: made() });
    const answer = guard.call('a');
    asked[0]?.fail(first);
    await clock.advance(200);
    asked[1]?.fail(second);
    expect(attemptErrors((await answer).cause)).toEqual([first, second]);
  });

  test('include timeouts', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000, attemptTimeoutMs: 100 });
    const fate = guard.call('a').catch((error) => error);
    await clock.advance(150);
    asked[1]?.fail(second);
    expect(attemptErrors(await fate)).toMatchObject([{ code: 'E_ATTEMPT_TIMEOUT' }, second]);
  });

  test('include that of a hedge whose other attempt failed first', async () => {
    const { guard, asked, clock } = guarded({ ...alone, hedge: { minCalls: 1 }, retry: { maxAttempts: 2 } });
    for (let i = 0; i < 20; i++) {
      const answer = guard.call(i);
      asked.at(-1)?.succeed('fine');
      await answer;
    }
    // The quantile is learned anew every 100 ms.
    await clock.advance(100);
    const fate = guard.call('a').catch((error) => error);
    await clock.advance(100);
    expect(asked.length).toBe(22);
    asked[20]?.fail(first);
    await settled();
    asked[21]?.fail(second);
    await clock.advance(10);
    expect(attemptErrors(await fate)).toEqual([first, second]);
  });

  test('are the cause of a rejection that came after them: the breaker opened meanwhile', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000, breaker: { minCalls: 1 } });
    const fate = guard.call('a').catch((error) => error);
    asked[0]?.fail(first);
    await clock.advance(200);
    expect(await fate).toMatchObject({ code: 'E_BREAKER_OPEN', cause: first });
  });

  test('are the cause of a rejection that came after them: the deadline passed during the second attempt', async () => {
    const { guard, asked, clock } = guarded({ deadlineMs: 500, attemptTimeoutMs: 10_000 });
    const fate = guard.call('a').catch((error) => error);
    asked[0]?.fail(first);
    await clock.advance(1000);
    expect(await fate).toMatchObject({ code: 'E_DEADLINE', cause: first });
  });

  test('are none for an error that no call ended with, and one for a call with one attempt', async () => {
    expect(attemptErrors(new Error('elsewhere'))).toEqual([]);
    const { guard, asked } = guarded(alone);
    const fate = guard.call('a').catch((error) => error);
    const only = failWith();
    asked[0]?.fail(only);
    expect(attemptErrors(await fate)).toEqual([only]);
  });
});
