import { InvalidOptionError } from './cache-errors.ts';

export type Bounds = readonly [min: number, max: number];

/** Node fires a timer of more than this at once. */
export const maxTimerMs = 2 ** 31 - 1;

/** The value of an option that must lie within bounds; a whole number, unless its name ends with Ratio. */
export function numberIn([min, max]: Bounds, where: string, option: string, received: unknown): number {
  const isRatio = option.endsWith('Ratio');
  const isInRange = typeof received === 'number' && received >= min && received <= max;
  if (isInRange && (isRatio || Number.isInteger(received))) return received;
  const expected = `${isRatio ? 'a number' : 'an integer'} in ${min}..${max}`;
  throw new InvalidOptionError(where, { option, expected, received });
}
