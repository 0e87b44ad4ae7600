import { type Context, context, createContextKey } from '@opentelemetry/api';

const resendCount = createContextKey('http.request.resend_count');

/**
 * Runs one attempt of a call; its client span then has the number of attempts before it. A first attempt is just
 * called. The arguments are not checked: this runs for every attempt.
 */
export function asAttempt<T>(attempt: number, call: () => T): T {
  return attempt <= 1 ? call() : context.with(context.active().setValue(resendCount, attempt - 1), call);
}

export function resendCountOf(active: Context): number | undefined {
  return active.getValue(resendCount) as number | undefined;
}
