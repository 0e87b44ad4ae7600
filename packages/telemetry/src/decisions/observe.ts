import type { ContextCarrier, Dependency } from '@ballast/resilience';
import { checkArgument, text, withMethods } from '@ballast/resilience/primitives';
import { type Context, context } from '@opentelemetry/api';
import { hasSdk } from '../scope.ts';
import { watchState } from './resilience-gauges.ts';
import { countEvents } from './resilience-metrics.ts';
import { recordDecision } from './span-events.ts';

/** What `observe` needs of a dependency of `@ballast/resilience`. */
export type ObservableDependency = Pick<
  Dependency<never, unknown>,
  'name' | 'onEvent' | 'carryContext' | 'snapshot'
>;

const aDependency = withMethods('a dependency of @ballast/resilience', 'onEvent', 'carryContext', 'snapshot');

/** A retry, or a call that waited for its permit, belongs to the trace it began in. */
const traceCarrier: ContextCarrier = {
  capture: () => context.active(),
  run: (active, work) => context.with(active as Context, work),
};

/**
 * Turns a dependency's events into OpenTelemetry metrics and span events until the returned function is called.
 * Without an SDK it subscribes to nothing. The SDK has to be there first: `node --import @ballast/telemetry/register`.
 *
 * @throws {InvalidOptionError} for anything but a dependency
 */
export function observe(dependency: ObservableDependency): () => void {
  checkArgument('observe', 'dependency', dependency, aDependency);
  checkArgument('observe', 'dependency.name', dependency.name, text);
  if (!hasSdk()) return () => {};
  dependency.carryContext(traceCarrier);
  const count = countEvents();
  const unwatch = watchState(dependency);
  const unsubscribe = dependency.onEvent((event) => {
    recordDecision(event);
    count(event);
  });
  return () => {
    unsubscribe();
    unwatch();
  };
}
