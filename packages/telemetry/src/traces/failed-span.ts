import { errorCode } from '@ballast/resilience/primitives';
import { type Span, SpanStatusCode } from '@opentelemetry/api';

/** Marks a span as failed, with the error's code, else its name, as `error.type`. */
export function markFailed(span: Span, error: unknown): void {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  span.setAttribute('error.type', errorCode(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: typeof message === 'string' ? message : '' });
}
