import { metrics } from '@opentelemetry/api';

/**
 * A gauge that is told its value, e.g. by a task that asks a database now and then. Without an SDK it is told in vain.
 *
 * @param unit as in UCUM: `s`, `By`, `{row}`
 */
export function gauge(name: string, unit: string): (value: number) => void {
  const instrument = metrics.getMeter('@ballast/telemetry').createGauge(name, { unit });
  return (value) => instrument.record(value);
}
