import { aFunction, checkArgument, text } from '@ballast/resilience/primitives';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { hasSdk, tracer } from '../scope.ts';
import { markFailed } from './failed-span.ts';

/**
 * Makes each run of a background task a trace of its own. No request is active in a background task, so without this
 * span its calls and decisions would leave no trace. Without an SDK it returns the same function.
 *
 * @throws {InvalidOptionError} when an argument makes no sense
 */
export function asTask<A extends unknown[], T>(
  name: string,
  run: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  checkArgument('asTask', 'name', name, text);
  checkArgument('asTask', 'run', run, aFunction);
  if (!hasSdk()) return run;
  const taskTracer = tracer();
  return function task(...args) {
    return taskTracer.startActiveSpan(name, {}, ROOT_CONTEXT, async (span) => {
      try {
        return await run(...args);
      } catch (error) {
        markFailed(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
