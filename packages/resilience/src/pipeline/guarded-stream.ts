import { checkArgument, type Rule, withMethods } from '../primitives/options.ts';
import { attemptOf, type CallContext, type Held } from './call-options.ts';

const aContext: Rule = {
  expected: 'the context of a guarded call',
  accepts: (value) => (value as CallContext | undefined | null)?.[attemptOf] !== undefined,
};
const aStream = withMethods('a ReadableStream', 'getReader', 'cancel');

/**
 * A stream that stays guarded after its call was answered: it keeps its permit until it ends, and errors at the
 * deadline or the cancel of its call, which cancel the stream underneath too. The attempt timeout, the latency and the
 * breaker's slow calls end with the answer, before the stream flows. It is read only as fast as its reader reads.
 *
 * @throws {InvalidOptionError} when `context` is not what the guarded call was given
 * @example
 * call: async (id: string, context) => guardedStream(await openFile(id, context.signal), context),
 */
export function guardedStream<Chunk>(
  stream: ReadableStream<Chunk>,
  context: CallContext,
): ReadableStream<Chunk> {
  checkArgument('guardedStream', 'stream', stream, aStream);
  checkArgument('guardedStream', 'context', context, aContext);
  const attempt = context[attemptOf] as NonNullable<CallContext[typeof attemptOf]>;
  const reader = stream.getReader();
  let held: Held;
  return new ReadableStream<Chunk>(
    {
      start(controller) {
        held = attempt.hold(context.signal, (error) => {
          controller.error(error);
          ignore(reader.cancel(error));
        });
      },
      async pull(controller) {
        const { done, value } = await reader.read().catch((error) => {
          held.release();
          throw error;
        });
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

function ignore(promise: Promise<unknown>): void {
  promise.catch(() => {});
}
