import type { CallContext } from '../pipeline/call-options.ts';

/** One piece of work that was asked for and that the test settles. */
export interface StubbedWork<Output> {
  readonly input: unknown;
  readonly context: CallContext;
  succeed(value: Output): void;
  fail(error: unknown): void;
}

/**
 * A dependency's `call` whose every answer is given by the test; `asked` lists the calls that reached it, `work(0)` is
 * the first.
 */
export function stubWork<Output = string>() {
  const asked: StubbedWork<Output>[] = [];
  function call(input: unknown, context: CallContext): Promise<Output> {
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    asked.push({ input, context, succeed: resolve, fail: reject });
    return promise;
  }
  function work(index: number): StubbedWork<Output> {
    const one = asked[index];
    if (one === undefined)
      throw new Error(`the dependency was asked ${asked.length} times, not ${index + 1}`);
    return one;
  }
  return { asked, work, call };
}
