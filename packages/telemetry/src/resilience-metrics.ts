import type { ResilienceEvent } from './observe.ts';

/** Placeholder of the counters and histograms named in docs/patterns/observability.md. */
export function resilienceMetrics(): (event: ResilienceEvent) => void {
  return () => {};
}
