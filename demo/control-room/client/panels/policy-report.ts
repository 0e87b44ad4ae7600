/** A part of a service's report, of which nothing is known but that it is an object. */
export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export function plainAt(report: Plain, ...path: readonly string[]): Plain | null {
  let found: unknown = report;
  for (const key of path) found = isPlain(found) ? found[key] : null;
  return isPlain(found) ? found : null;
}

export function numberAt(report: Plain, ...path: readonly string[]): number | null {
  const last = path.at(-1) ?? '';
  const value = plainAt(report, ...path.slice(0, -1))?.[last];
  return typeof value === 'number' ? value : null;
}
