import { once } from 'node:events';
import type { Priority } from '@ballast/resilience';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { serve } from '../../test/serve.ts';
import { createApp } from '../app/app.ts';
import { problemSchema } from '../problem/problem.ts';
import { deadlineDefaults, type RequestContext, type RequestEndedError } from './request-context.ts';
import { describeRoute } from './route.ts';

interface Given {
  readonly priority?: Priority;
  readonly deadlineMs?: number;
  readonly handle?: (context: RequestContext) => Promise<void>;
}

async function serveContext({ handle, ...budget }: Given = {}): Promise<string> {
  const seen = z.object({ deadlineMs: z.number(), priority: z.string() });
  const route = describeRoute({
    ...budget,
    method: 'get',
    path: '/context',
    name: 'getContext',
    summary: 'Tells the context',
    responses: { 200: { description: 'The context', schema: seen } },
    handle: async ({ context }) => {
      await handle?.(context);
      // Spread, as a route does to add options: the remaining time must survive it.
      const { deadlineMs, priority } = { ...context };
      return { status: 200, body: { deadlineMs, priority } };
    },
  });
  return `${await serve(createApp({ name: 'context', routes: [route] }))}/context`;
}

async function contextOf(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as { deadlineMs: number; priority: string };
}

const { defaultMs, maxMs, answerReserveMs } = deadlineDefaults;

test.each<[string, Given, Record<string, string>, number]>([
  ['the default without a header', {}, {}, defaultMs],
  ["the route's own without a header", { deadlineMs: 700 }, {}, 700],
  ["the caller's", { deadlineMs: 700 }, { 'x-deadline-ms': '1500' }, 1500],
  ["the maximum, when the caller's is longer", {}, { 'x-deadline-ms': '999999999' }, maxMs],
])('the deadline is %s, less the reserve for the answer', async (_name, given, headers, totalMs) => {
  const { deadlineMs } = await contextOf(await serveContext(given), headers);
  expect(deadlineMs).toBeLessThanOrEqual(totalMs - answerReserveMs);
  expect(deadlineMs).toBeGreaterThan(totalMs - answerReserveMs - 500);
});

test.each(['0', '1', String(answerReserveMs)])(
  'a deadline of %s ms is rejected before any work',
  async (ms) => {
    const url = await serveContext({ handle: () => Promise.reject(new Error('work was done')) });
    const response = await fetch(url, { headers: { 'x-deadline-ms': ms } });
    expect(response.status).toBe(504);
    expect(problemSchema.parse(await response.json()).code).toBe('deadline-exceeded');
  },
);

test.each(['-1', '1.5', '1e3', '', 'NaN', '99999999999'])('x-deadline-ms "%s" is a 400', async (ms) => {
  const response = await fetch(await serveContext(), { headers: { 'x-deadline-ms': ms } });
  expect(response.status).toBe(400);
});

test('work that does not end is answered 504 at the deadline, and its signal says why', async () => {
  const { promise: reason, resolve } = Promise.withResolvers<RequestEndedError>();
  const hang = async ({ signal }: RequestContext) => {
    await once(signal, 'abort');
    resolve(signal.reason);
    throw signal.reason;
  };
  const response = await fetch(await serveContext({ handle: hang }), { headers: { 'x-deadline-ms': '300' } });
  expect(response.status).toBe(504);
  expect((await reason).code).toBe('E_DEADLINE');
});

test('an answer that comes after the deadline is dropped without harm', async () => {
  const { promise: late, resolve: finish } = Promise.withResolvers<void>();
  const url = await serveContext({ handle: () => late });
  const response = await fetch(url, { headers: { 'x-deadline-ms': '300' } });
  finish();
  expect(response.status).toBe(504);
  expect((await contextOf(url)).priority).toBe('default');
});

test('a client that hangs up aborts the signal', async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: reason, resolve } = Promise.withResolvers<RequestEndedError>();
  const url = await serveContext({
    handle: async ({ signal }) => {
      start();
      await once(signal, 'abort');
      resolve(signal.reason);
    },
  });
  const client = new AbortController();
  const answer = fetch(url, { signal: client.signal }).catch((error: Error) => error.name);
  await started;
  client.abort();
  expect(await answer).toBe('AbortError');
  expect((await reason).code).toBe('E_CLIENT_CLOSED');
});

test('a request that was answered leaves its signal alone', async () => {
  const signals: AbortSignal[] = [];
  const url = await serveContext({ handle: async ({ signal }) => void signals.push(signal) });
  await contextOf(url);
  await contextOf(url);
  expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
});

test.each<[Priority, string | undefined, Priority]>([
  ['critical', undefined, 'critical'],
  ['critical', 'sheddable', 'sheddable'],
  ['sheddable', 'critical', 'sheddable'],
  ['default', 'critical', 'default'],
  ['default', 'sheddable', 'sheddable'],
])('on a %s route a caller asking for %s gets %s', async (priority, asked, expected) => {
  const headers: Record<string, string> = asked ? { 'x-priority': asked } : {};
  expect((await contextOf(await serveContext({ priority }), headers)).priority).toBe(expected);
});

test.each([
  ['a dependency that took too long while the caller still waits', 1900, 503, '1'],
  ['a dependency that took all the time the caller had', 120, 504, null],
])('%s', async (_name, deadlineMs, status, retryAfter) => {
  const giveUp = async (context: RequestContext) => {
    if (deadlineMs < 1000)
      while (context.deadlineMs > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    throw Object.assign(new Error('no answer'), { code: 'E_ATTEMPT_TIMEOUT' });
  };
  const url = await serveContext({ handle: giveUp });
  const response = await fetch(url, { headers: { 'x-deadline-ms': `${deadlineMs}` } });
  expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
});
