import { createNoopMeter, type Meter, metrics, type Tracer, trace } from '@opentelemetry/api';

export const scopeName = '@ballast/telemetry';

/** The tracer of everything this package records. */
export const tracer = (): Tracer => trace.getTracer(scopeName);

/** The meter of everything this package measures. */
export const meter = (): Meter => metrics.getMeter(scopeName);

/**
 * Whether an SDK was registered in this process before now. Read once, at construction: without an SDK nothing is
 * subscribed, wrapped or copied, and an unobserved dependency builds no events.
 */
export function hasSdk(): boolean {
  return meter() !== createNoopMeter();
}
