import type { ContextCarrier, ResilienceEvent } from '@ballast/resilience';
import { type Context, context } from '@opentelemetry/api';
import { hasSdk } from '../scope.ts';
import { type DependencyState, watchState } from './resilience-gauges.ts';
import { countEvents } from './resilience-metrics.ts';
import { recordDecision } from './span-events.ts';

/** What `observe` needs of a dependency of `@ballast/resilience`. */
export interface ObservableDependency {
  readonly name: string;
  onEvent(listener: (event: ResilienceEvent) => void): () => void;
  carryContext(carrier: ContextCarrier): void;
  snapshot(): DependencyState;
}

/** A retry, or a call that waited for its permit, belongs to the trace it began in. */
const traceCarrier: ContextCarrier = {
  capture: () => context.active(),
  run: (active, work) => context.with(active as Context, work),
};

/**
 * Turns a dependency's events into OpenTelemetry metrics and span events until the returned function is called.
 * Without an SDK it subscribes to nothing. The SDK has to be there first: `node --import @ballast/telemetry/register`.
 */
export function observe(dependency: ObservableDependency): () => void {
  if (!hasSdk()) return () => {};
  dependency.carryContext(traceCarrier);
  const count = countEvents();
  const unwatch = watchState(dependency);
  const unsubscribe = dependency.onEvent((event) => {
    const span = recordDecision(event);
    count(event, span);
  });
  return () => {
    unsubscribe();
    unwatch();
  };
}
