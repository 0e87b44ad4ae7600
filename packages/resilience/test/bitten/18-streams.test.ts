import { describe, expect, test } from 'vitest';
import {
  type CallContext,
  dependency,
  guardedResponse,
  guardedStream,
  standardPolicy,
} from '../../src/index.ts';
import { alone, ManualClock, settled } from './fixture.ts';

// unjs/ofetch#620, undici#1987: a Response whose headers have come is a success; its body then hangs for as long as it
// likes.

function streamed(
  policy: object = {},
  wrap?: (stream: ReadableStream<string>, context: CallContext) => unknown,
) {
  const clock = new ManualClock();
  let controller!: ReadableStreamDefaultController<string>;
  let cancelledWith: unknown = 'nobody cancelled';
  const source = () =>
    new ReadableStream<string>({
      start: (it) => {
        controller = it;
      },
      cancel: (reason) => {
        cancelledWith = reason;
      },
    });
  const guard = dependency({
    name: 'files',
    policy: standardPolicy({ ...alone, bulkhead: { maxConcurrent: 1, maxQueue: 0 }, ...policy }),
    clock,
    call: async (_: string, context) => (wrap ?? guardedStream)(source(), context) as ReadableStream<string>,
  });
  const inFlight = () => guard.snapshot().policies.bulkhead.inFlight;
  return {
    guard,
    clock,
    inFlight,
    send: (text: string) => controller.enqueue(text),
    close: () => controller.close(),
    break: (error: unknown) => controller.error(error),
    cancelledWith: () => cancelledWith,
  };
}

describe('a guarded stream', () => {
  test('comes as the answer at once, and flows', async () => {
    const tools = streamed();
    const { value, source } = await tools.guard.call('a');
    expect(source).toBe('live');
    const reader = value.getReader();
    tools.send('one');
    expect(await reader.read()).toEqual({ done: false, value: 'one' });
    tools.close();
    expect((await reader.read()).done).toBe(true);
  });

  test('holds its permit until it ends', async () => {
    const tools = streamed();
    const { value } = await tools.guard.call('a');
    expect(tools.inFlight()).toBe(1);
    await expect(tools.guard.call('b')).rejects.toMatchObject({ code: 'E_BULKHEAD_FULL' });
    const reader = value.getReader();
    tools.close();
    await reader.read();
    await settled();
    expect(tools.inFlight()).toBe(0);
  });

  test.each([
    ['breaks', (tools: ReturnType<typeof streamed>) => tools.break(new Error('reset'))],
    [
      'is cancelled by its reader',
      (_: unknown, reader: ReadableStreamDefaultReader) => void reader.cancel('enough'),
    ],
  ])('gives its permit back when it %s', async (_, end) => {
    const tools = streamed();
    const reader = (await tools.guard.call('a')).value.getReader();
    end(tools, reader);
    await reader.read().catch(() => {});
    await settled();
    expect(tools.inFlight()).toBe(0);
  });

  test('ends at the deadline of its call: the reader gets the error, and the source is cancelled', async () => {
    const tools = streamed({ deadlineMs: 500, attemptTimeoutMs: 400 });
    const reader = (await tools.guard.call('a')).value.getReader();
    tools.send('one');
    await reader.read();
    const next = reader.read();
    next.catch(() => {});
    await tools.clock.advance(510);
    await expect(next).rejects.toMatchObject({ code: 'E_DEADLINE' });
    expect(tools.cancelledWith()).toMatchObject({ code: 'E_DEADLINE' });
    await settled();
    expect(tools.inFlight()).toBe(0);
  });

  test('is not ended by the attempt timeout once its head is there', async () => {
    const tools = streamed({ deadlineMs: 60_000, attemptTimeoutMs: 100 });
    const reader = (await tools.guard.call('a')).value.getReader();
    await tools.clock.advance(1000);
    tools.send('late');
    expect(await reader.read()).toMatchObject({ value: 'late' });
  });

  test("ends with the caller's own cancel", async () => {
    const tools = streamed();
    const cancel = new AbortController();
    const reader = (await tools.guard.call('a', { signal: cancel.signal })).value.getReader();
    const next = reader.read();
    next.catch(() => {});
    cancel.abort(new Error('customer left'));
    await expect(next).rejects.toMatchObject({ code: 'E_CANCELLED', cause: { message: 'customer left' } });
    await settled();
    expect(tools.inFlight()).toBe(0);
  });

  test('goes on after dispose, like every call in flight', async () => {
    const tools = streamed();
    const reader = (await tools.guard.call('a')).value.getReader();
    tools.guard.dispose();
    tools.send('one');
    expect(await reader.read()).toEqual({ done: false, value: 'one' });
    tools.close();
    expect((await reader.read()).done).toBe(true);
  });

  test('is no memory: who does not read is not read for', async () => {
    const tools = streamed();
    await tools.guard.call('a');
    let pulled = 0;
    const source = new ReadableStream<string>(
      { pull: (it) => it.enqueue(`${pulled++}`) },
      { highWaterMark: 0 },
    );
    const other = streamed({}, (_, context) => guardedStream(source, context));
    await other.guard.call('a');
    await settled();
    expect(pulled).toBeLessThanOrEqual(1);
  });
});

test('a guarded response keeps its status and headers, and guards its body', async () => {
  const clock = new ManualClock();
  const guard = dependency({
    name: 'files',
    policy: standardPolicy({ ...alone, deadlineMs: 500 }),
    clock,
    call: async (_: string, context) =>
      guardedResponse(new Response(new ReadableStream({}), { status: 206, headers: { etag: 'x' } }), context),
  });
  const { value } = await guard.call('a');
  expect([value.status, value.headers.get('etag'), value.ok]).toEqual([206, 'x', true]);
  const text = value.text();
  text.catch(() => {});
  await clock.advance(510);
  await expect(text).rejects.toMatchObject({ code: 'E_DEADLINE' });
});

test('a guarded response without a body is over at once', async () => {
  const guard = dependency({
    name: 'files',
    policy: standardPolicy(alone),
    call: async (_: string, context) => guardedResponse(new Response(null, { status: 204 }), context),
  });
  await guard.call('a');
  await settled();
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test('what a failed attempt has handed out ends with it', async () => {
  let cancelledWith: unknown;
  const keep = (reason: unknown): void => {
    cancelledWith = reason;
  };
  const guard = dependency({
    name: 'files',
    policy: standardPolicy(alone),
    call: async (_: string, context) => {
      guardedStream(new ReadableStream({ cancel: (reason) => keep(reason) }), context);
      throw new Error('half of it');
    },
  });
  await expect(guard.call('a')).rejects.toThrow('half of it');
  await settled();
  expect(cancelledWith).toMatchObject({ message: 'half of it' });
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test('an attempt that was given up before its stream came cancels the stream', async () => {
  const clock = new ManualClock();
  let cancelledWith: unknown;
  const keep = (reason: unknown): void => {
    cancelledWith = reason;
  };
  let answer: (stream: ReadableStream) => void = () => {};
  const guard = dependency({
    name: 'files',
    policy: standardPolicy({ ...alone, attemptTimeoutMs: 100 }),
    clock,
    call: async (_: string, context) =>
      guardedStream(await new Promise<ReadableStream>((resolve) => (answer = resolve)), context),
  });
  const fate = guard.call('a');
  fate.catch(() => {});
  await clock.advance(110);
  await expect(fate).rejects.toMatchObject({ code: 'E_ATTEMPT_TIMEOUT' });
  answer(new ReadableStream({ cancel: (reason) => keep(reason) }));
  await settled();
  expect(cancelledWith).toMatchObject({ code: 'E_ATTEMPT_TIMEOUT' });
  expect(guard.snapshot().policies.bulkhead.inFlight).toBe(0);
});

test.each([undefined, null, {}, { signal: new AbortController().signal }])(
  'what is no context of a guarded call is rejected: %s',
  (context) => {
    expect(() => guardedStream(new ReadableStream(), context as never)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION', option: 'context' }),
    );
  },
);
