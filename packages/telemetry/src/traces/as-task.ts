import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { hasSdk } from '../scope.ts';

type TaskError = { code?: string; name?: string; message?: string };

/**
 * Makes each run of a background task a trace of its own. Nobody's request is active there, and without a span the calls
 * and decisions of the task would leave no trace. Without an SDK it is the same function.
 */
export function asTask<A extends unknown[], T>(
  name: string,
  run: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  if (!hasSdk()) return run;
  const tracer = trace.getTracer('@ballast/telemetry');
  return function task(...args) {
    return tracer.startActiveSpan(name, {}, ROOT_CONTEXT, async (span) => {
      try {
        return await run(...args);
      } catch (error) {
        const { code, name: kind, message } = (error ?? {}) as TaskError;
        span.setAttribute('error.type', code ?? kind ?? 'unknown');
        span.setStatus({ code: SpanStatusCode.ERROR, message: message ?? '' });
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
