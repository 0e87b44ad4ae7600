import { trace } from '@opentelemetry/api';
import type { ResilienceEvent } from './observe.ts';

/** Writes one decision of the pipeline onto the caller's span. */
export function recordDecision(event: ResilienceEvent): void {
  trace.getActiveSpan()?.addEvent(`resilience.${event.type}`, { dependency: event.dependency });
}
