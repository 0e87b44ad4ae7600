import type { ResilienceEvent } from '@ballast/resilience';
import { type Attributes, trace } from '@opentelemetry/api';
import { keepTrace } from '../traces/keep-remarkable.ts';

/**
 * Writes a decision onto the caller's span, so that the trace shows why the answer is what it is, and keeps the trace
 * when the answer got worse. A first attempt that succeeds is no decision and is not written.
 */
export function recordDecision(event: ResilienceEvent): void {
  const span = trace.getActiveSpan();
  // An attempt may end after its caller has given up: then the span is closed, and only the metrics count the event.
  if (!span?.isRecording()) return;
  const attributes = attributesOf(event);
  if (attributes) span.addEvent(`resilience.${event.type}`, { dependency: event.dependency, ...attributes });
  if (isDegrading(event)) {
    span.setAttribute('resilience.degraded', true);
    keepTrace(span);
  }
}

function isDegrading(event: ResilienceEvent): boolean {
  if (event.type === 'fallback') return event.source !== 'disabled';
  if (event.type !== 'call.end') return false;
  return event.source === undefined && event.outcome !== 'success' && event.outcome !== 'cancelled';
}

function attributesOf(event: ResilienceEvent): Attributes | undefined {
  switch (event.type) {
    case 'attempt':
      if (event.outcome === 'success' && event.attempt === 1) return undefined;
      return {
        attempt: event.attempt,
        outcome: event.outcome,
        duration_ms: event.durationMs,
        'error.type': event.errorCode,
      };
    case 'retry':
      return { attempt: event.attempt, reason: event.reason, delay_ms: event.delayMs };
    case 'retry.rejected':
      return { attempt: event.attempt, reason: event.reason };
    case 'hedge':
      return { attempt: event.attempt, delay_ms: event.delayMs };
    case 'queued':
      return { wait_ms: event.waitMs };
    case 'abandoned':
    case 'abandoned.released':
      return { attempt: event.attempt, for_ms: event.forMs };
    case 'stream.failed':
      return { attempt: event.attempt, for_ms: event.forMs, 'error.type': event.errorCode };
    case 'rejected':
      return { policy: event.policy, 'error.type': event.code };
    case 'breaker.transition':
      return { from: event.from, to: event.to, reason: event.reason };
    case 'fallback':
      return { source: event.source, age_ms: event.ageMs, 'error.type': event.errorCode };
    case 'call.end':
      if (event.outcome === 'success') return undefined;
      return {
        outcome: event.outcome,
        source: event.source,
        attempts: event.attempts,
        duration_ms: event.durationMs,
      };
  }
}
