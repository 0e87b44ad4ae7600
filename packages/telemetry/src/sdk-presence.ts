import { createNoopMeter, metrics } from '@opentelemetry/api';

/**
 * Whether a metrics SDK was registered in this process before now. Callers use it once, at construction,
 * to subscribe to nothing at all without one: an unobserved dependency emits no events.
 */
export function hasMetricsSdk(): boolean {
  return metrics.getMeter('@ballast/telemetry') !== createNoopMeter();
}
