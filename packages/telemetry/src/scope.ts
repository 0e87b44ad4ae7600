import { createNoopMeter, metrics } from '@opentelemetry/api';

/**
 * Whether an SDK was registered in this process before now. Read once, at construction: without an SDK nothing is
 * subscribed, wrapped or copied, and an unobserved dependency builds no events.
 */
export function hasSdk(): boolean {
  return metrics.getMeter('@ballast/telemetry') !== createNoopMeter();
}
