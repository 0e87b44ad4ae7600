import { checkArgument, text } from '@ballast/resilience/primitives';
import { meter } from '../scope.ts';

/**
 * Makes a gauge and returns the function that sets its value, for a task that e.g. asks a database now and then.
 * Without an SDK the values go nowhere.
 *
 * @param unit as in UCUM: `s`, `By`, `{row}`
 * @throws {InvalidOptionError} when an argument makes no sense
 */
export function gauge(name: string, unit: string): (value: number) => void {
  checkArgument('gauge', 'name', name, text);
  checkArgument('gauge', 'unit', unit, text);
  const instrument = meter().createGauge(name, { unit });
  return (value) => instrument.record(value);
}
