import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { dependency } from '../dependency/guarded-dependency.ts';
import { type PolicyOptions, standardPolicy } from '../dependency/standard-policy.ts';
import { longestTimerMs } from '../primitives/options.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import type { CallContext } from './call-options.ts';
import type { ResilienceEvent } from './events.ts';
import { guardedStream, type StreamOptions } from './guarded-stream.ts';

function files(options?: StreamOptions, policy: PolicyOptions = {}) {
  const clock = new ManualClock();
  const sources: ReadableStreamDefaultController<string>[] = [];
  const contexts: CallContext[] = [];
  const cancelledWith: unknown[] = [];
  const guard = dependency({
    name: 'files',
    policy: standardPolicy({
      deadlineMs: 60_000,
      attemptTimeoutMs: 1000,
      retry: { enabled: false },
      ...policy,
    }),
    clock,
    random: () => 0.5,
    call: async (_: string, context) => {
      contexts.push(context);
      const source = new ReadableStream<string>({
        start: (controller) => void sources.push(controller),
        cancel: (reason) => void cancelledWith.push(reason),
      });
      return guardedStream(source, context, options);
    },
  });
  const events: ResilienceEvent[] = [];
  guard.onEvent((event) => events.push(event));
  const open = async () => (await guard.call('a')).value.getReader();
  return { guard, clock, sources, contexts, cancelledWith, events, open };
}
type Reader = ReadableStreamDefaultReader<string>;

function reading(reader: Reader) {
  const next = reader.read();
  next.catch(() => {});
  return next;
}

test('ends when no chunk comes for idleTimeoutMs while one is wanted', async () => {
  const { guard, clock, cancelledWith, contexts, events, open } = files({ idleTimeoutMs: 100 });
  const next = reading(await open());
  await clock.advance(99);
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(1);
  await clock.advance(1);
  const error = { code: 'E_STREAM_IDLE', dependency: 'files', timeoutMs: 100 };
  await expect(next).rejects.toMatchObject(error);
  expect(cancelledWith).toMatchObject([error]);
  expect(contexts[0]?.signal.reason).toMatchObject(error);
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
  expect(events.at(-1)).toMatchObject({
    type: 'stream.failed',
    attempt: 1,
    forMs: 100,
    errorCode: 'E_STREAM_IDLE',
  });
  expect(clock.pendingTimers).toBe(0);
});

test('begins that time anew with each chunk, with one timer', async () => {
  const { clock, sources, open } = files({ idleTimeoutMs: 100 });
  const reader = await open();
  const before = clock.timersSet;
  for (let i = 0; i < 10; i++) {
    const next = reading(reader);
    await clock.advance(60);
    sources[0]?.enqueue(`${i}`);
    expect(await next).toEqual({ done: false, value: `${i}` });
  }
  expect(clock.timersSet - before).toBeLessThanOrEqual(20);
  const late = reading(reader);
  await clock.advance(110);
  await expect(late).rejects.toMatchObject({ code: 'E_STREAM_IDLE' });
});

test('charges the stream with no time in which nobody reads', async () => {
  const { clock, sources, open } = files({ idleTimeoutMs: 100 });
  const reader = await open();
  const first = reading(reader);
  sources[0]?.enqueue('one');
  await first;
  await clock.advance(5000);
  sources[0]?.enqueue('two');
  expect(await reader.read()).toMatchObject({ value: 'two' });
});

test('charges the stream with no stall of this process: what has come meanwhile is read first', async () => {
  const { clock, sources, open } = files({ idleTimeoutMs: 100 });
  const next = reading(await open());
  await settled();
  clock.stall(700);
  // As the loop does: the timers first, then what the socket has received.
  sources[0]?.enqueue('was there');
  await clock.advance(10);
  expect(await next).toMatchObject({ value: 'was there' });
});

test('has no deadline of its own where the call has none, however long', async () => {
  const { clock, sources, open } = files(undefined, { deadlineMs: 2 ** 40 });
  const delays: number[] = [];
  const { setTimer } = clock;
  clock.setTimer = (callback, delayMs) => {
    delays.push(delayMs);
    return setTimer.call(clock, callback, delayMs);
  };
  const reader = await open();
  // Node fires a longer timer at once.
  expect(Math.max(...delays)).toBeLessThanOrEqual(longestTimerMs);
  await clock.advance(3_600_000);
  sources[0]?.enqueue('late');
  expect(await reader.read()).toMatchObject({ value: 'late' });
});

test('aborts the signal of its call when it ends by the deadline', async () => {
  const { clock, contexts, events, open } = files(undefined, { deadlineMs: 500 });
  const next = reading(await open());
  expect(contexts[0]?.signal.aborted).toBe(false);
  await clock.advance(500);
  await expect(next).rejects.toMatchObject({ code: 'E_DEADLINE' });
  expect(contexts[0]?.signal.reason).toMatchObject({ code: 'E_DEADLINE' });
  expect(events.at(-1)).toMatchObject({ type: 'stream.failed', errorCode: 'E_DEADLINE', forMs: 500 });
});

test.each([
  ['breaks', (sources: { error(it: unknown): void }[]) => sources.at(-1)?.error(new Error('reset'))],
  ['is too late', () => {}],
])('is one more failure for the breaker when it %s', async (_, end) => {
  const { guard, clock, sources, open } = files({ idleTimeoutMs: 100 }, { breaker: { minCalls: 8 } });
  for (let i = 0; i < 4; i++) {
    const next = reading(await open());
    end(sources);
    await clock.advance(110);
    await next.catch(() => {});
    expect(guard.snapshot().policies.breaker.windowCalls).toBe(2 * (i + 1));
  }
  await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_BREAKER_OPEN' });
});

test.each([
  ['ends', (sources: { close(): void }[]) => sources[0]?.close()],
  ['is cancelled by its reader', (_: unknown, reader: Reader) => void reader.cancel('enough')],
])('is no failure when it %s', async (_, end) => {
  const { guard, sources, events, open } = files();
  const reader = await open();
  const next = reading(reader);
  end(sources, reader);
  await next;
  await settled();
  expect(guard.snapshot().policies.breaker).toMatchObject({ windowCalls: 1, failureRatio: 0 });
  expect(events.filter(({ type }) => type === 'stream.failed')).toEqual([]);
});

test('says nothing to a breaker that has changed its state since', async () => {
  const { guard, sources, open } = files();
  const next = reading(await open());
  guard.isolate();
  guard.release();
  sources[0]?.error(new Error('reset'));
  await next.catch(() => {});
  expect(guard.snapshot().policies.breaker.windowCalls).toBe(0);
});

test.each([
  ['a Readable of Node', () => Readable.from(['one', 'two'])],
  [
    'an async generator',
    async function* () {
      yield 'one';
      yield 'two';
    },
  ],
])('takes %s', async (_, source) => {
  const guard = dependency({
    name: 'files',
    call: async (__: string, context) => guardedStream<string>(source(), context),
  });
  const { value } = await guard.call('a');
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(1);
  const chunks: string[] = [];
  for await (const chunk of value as ReadableStream<string> & AsyncIterable<string>) chunks.push(chunk);
  expect(chunks).toEqual(['one', 'two']);
  await settled();
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test('lets an iterable clean up when its reader leaves early', async () => {
  let isCleanedUp = false;
  async function* lines() {
    try {
      for (let i = 0; ; i++) yield `${i}`;
    } finally {
      isCleanedUp = true;
    }
  }
  const guard = dependency({
    name: 'files',
    call: async (_: string, context) => guardedStream(lines(), context),
  });
  const reader = (await guard.call('a')).value.getReader();
  await reader.read();
  await reader.cancel();
  await settled();
  expect(isCleanedUp).toBe(true);
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test.each([
  ['idleTimeoutMs', { idleTimeoutMs: 0 }],
  ['idleTimeoutMs', { idleTimeoutMs: '1s' }],
  ['idleTimeoutMs', { idleTimeoutMs: null }],
  ['idleMs', { idleMs: 5 }],
  ['options', null],
])('rejects the option %s: %j', async (option, options) => {
  const { guard } = files(options as never);
  await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_INVALID_OPTION', option });
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test.each([undefined, null, 'text', {}, ['one']])('rejects %j in place of a stream', async (stream) => {
  const guard = dependency({
    name: 'files',
    call: async (_: string, context) => guardedStream(stream as never, context),
  });
  await expect(guard.call('a')).rejects.toMatchObject({ code: 'E_INVALID_OPTION', option: 'stream' });
});
