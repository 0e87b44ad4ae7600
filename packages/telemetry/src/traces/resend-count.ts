import { type Context, context, createContextKey } from '@opentelemetry/api';

const resendCount = createContextKey('http.request.resend_count');

/** Runs one attempt of a call so that its client span says how many were made before. The first attempt costs nothing. */
export function asAttempt<T>(attempt: number, call: () => T): T {
  return attempt <= 1 ? call() : context.with(context.active().setValue(resendCount, attempt - 1), call);
}

export function resendCountOf(active: Context): number | undefined {
  return active.getValue(resendCount) as number | undefined;
}
