import type { CallContext } from '../attempt.ts';

/** One piece of work that was asked for and that the test settles. */
export interface StubbedWork<Output> {
  readonly input: unknown;
  readonly context: CallContext;
  succeed(value: Output): void;
  fail(error: unknown): void;
}

/** A dependency's `call` whose every answer is given by the test; `asked` lists the calls that reached it. */
export function stubWork<Output = string>() {
  const asked: StubbedWork<Output>[] = [];
  function call(input: unknown, context: CallContext): Promise<Output> {
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    asked.push({ input, context, succeed: resolve, fail: reject });
    return promise;
  }
  return { asked, call };
}
