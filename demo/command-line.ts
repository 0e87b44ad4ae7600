/** The command line makes no sense; its message says what to write instead. */
export class BadOptionError extends Error {
  readonly code = 'E_BAD_OPTION';
}

export interface NumberRange {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  /** @default false */
  readonly isWhole?: boolean;
}

/**
 * The number that an option of a command line was given, or the fallback when it was not given.
 *
 * @throws BadOptionError naming the flag, what it takes and what it was given.
 */
export function numberOption(flag: string, text: string | undefined, range: NumberRange): number {
  const { fallback, min, max, isWhole = false } = range;
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new BadOptionError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
  if (isWhole && !Number.isInteger(value))
    throw new BadOptionError(`${flag} takes a whole number, not "${text}"`);
  return value;
}
