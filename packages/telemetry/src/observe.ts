import { resilienceMetrics } from './resilience-metrics.ts';
import { hasMetricsSdk } from './sdk-presence.ts';
import { recordDecision } from './span-events.ts';

/** The part of a resilience event telemetry reads; `@ballast/resilience` emits more precise types. */
export interface ResilienceEvent {
  readonly type: string;
  readonly dependency: string;
}

/** What `observe` needs of a dependency: structural, so that any emitter of the same events will do. */
export interface ObservableDependency {
  readonly name: string;
  onEvent(listener: (event: never) => void): () => void;
  snapshot(): unknown;
}

/**
 * Turns a dependency's events into OpenTelemetry metrics and span events until the returned function is called.
 * Without an SDK it subscribes to nothing. Register the SDK first: `node --import @ballast/telemetry/register`.
 */
export function observe(dependency: ObservableDependency): () => void {
  if (!hasMetricsSdk()) return () => {};
  const record = resilienceMetrics();
  return dependency.onEvent((event: ResilienceEvent) => {
    record(event);
    recordDecision(event);
  });
}
