import { duration, missing, percent } from '../format.ts';

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** A report's numbers as name and value, units taken from the names that carry them. */
export function fieldsOf(report: Readonly<Record<string, unknown>>, prefix = ''): Field[] {
  return Object.entries(report).flatMap(([key, value]) => {
    if (['settings', 'state', 'enabled'].includes(key)) return [];
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return fieldsOf(value as Record<string, unknown>, `${prefix}${words(key)} `);
    return [{ name: prefix + words(key), value: show(key, value) }];
  });
}

/** `queueTimeoutMs` reads as `queue timeout`: the unit stands with the value. */
export const words = (key: string): string =>
  key
    .replace(/Ms$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

function show(key: string, value: unknown): string {
  if (value === null || value === undefined) return missing;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value !== 'number') return Array.isArray(value) ? value.join(', ') : String(value);
  if (key.endsWith('Ms')) return duration(value);
  if (key.endsWith('Ratio')) return percent(value);
  return Number.isInteger(value) ? `${value}` : value.toFixed(1);
}
