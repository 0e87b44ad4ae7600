import {
  checkArgument,
  checkOptions,
  hasMethods,
  integer,
  longestTimerMs,
  type Rule,
  type Rules,
} from '../primitives/options.ts';
import { attemptOf, type CallContext, type Held } from './call-options.ts';

export interface StreamOptions {
  /** The longest wait for the next chunk, while somebody wants it. @default until the deadline of the call */
  readonly idleTimeoutMs?: number | undefined;
}

const streamRules: Rules = { idleTimeoutMs: integer(1, longestTimerMs) };

const aContext: Rule = {
  expected: 'the context of a guarded call',
  accepts: (value) => (value as CallContext | undefined | null)?.[attemptOf] !== undefined,
};
const aStream: Rule = {
  expected: 'a ReadableStream, or an async iterable',
  accepts: (value) => isReadable(value) || isIterable(value),
};
const isReadable = (value: unknown): boolean => hasMethods(value, ['getReader', 'cancel']);
const isIterable = (value: unknown): boolean =>
  typeof (value as Partial<AsyncIterable<unknown>> | undefined | null)?.[Symbol.asyncIterator] === 'function';

/**
 * A stream that stays guarded after its call was answered: it keeps its permit until it ends, and errors at the
 * deadline or the cancel of its call, or when the next chunk is too late; then the stream underneath is cancelled too.
 * The attempt timeout, the latency and the breaker's slow calls end with the answer, before the stream flows; a stream
 * that breaks or is too late is one more failure for the breaker. It is read only as fast as its reader reads.
 *
 * @param stream a ReadableStream, or an async iterable such as a Readable of Node
 * @throws {InvalidOptionError} when `context` is not what the guarded call was given
 * @example
 * call: async (id: string, context) => guardedStream(await openFile(id, context.signal), context),
 */
export function guardedStream<Chunk>(
  stream: ReadableStream<Chunk> | AsyncIterable<Chunk>,
  context: CallContext,
  options: StreamOptions = {},
): ReadableStream<Chunk> {
  checkArgument('guardedStream', 'stream', stream, aStream);
  checkArgument('guardedStream', 'context', context, aContext);
  checkOptions('guardedStream', options, streamRules);
  const attempt = context[attemptOf] as NonNullable<CallContext[typeof attemptOf]>;
  const reader = readableOf(stream).getReader();
  let held: Held;
  return new ReadableStream<Chunk>(
    {
      start(controller) {
        held = attempt.hold({
          signal: context.signal,
          idleTimeoutMs: options.idleTimeoutMs,
          onEnd(error) {
            controller.error(error);
            ignore(reader.cancel(error));
          },
        });
      },
      async pull(controller) {
        held.waits();
        const { done, value } = await reader.read().catch((error) => {
          held.broke(error);
          throw error;
        });
        held.arrived();
        // It has ended while this was read.
        if (held.isOver) return;
        if (!done) controller.enqueue(value);
        else {
          held.release();
          controller.close();
        }
      },
      cancel(reason) {
        held.release();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function readableOf<Chunk>(stream: ReadableStream<Chunk> | AsyncIterable<Chunk>): ReadableStream<Chunk> {
  if (isReadable(stream)) return stream as ReadableStream<Chunk>;
  // The types of the web do not know it yet.
  const streams = ReadableStream as unknown as {
    from<T>(iterable: AsyncIterable<T>): ReadableStream<T>;
  };
  return streams.from(stream as AsyncIterable<Chunk>);
}

function ignore(promise: Promise<unknown>): void {
  promise.catch(() => {});
}
