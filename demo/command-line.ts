import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line makes no sense; the message says what to write instead. */
export class BadOptionError extends Error {
  readonly code = 'E_BAD_OPTION';
}

/**
 * `parseArgs` of Node, without the `--` that package managers pass on.
 *
 * @throws BadOptionError
 */
export function parseCommandLine<T extends ParseArgsConfig>(
  args: readonly string[],
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>({ ...config, args: args.filter((arg) => arg !== '--') } as T);
  } catch (error) {
    throw new BadOptionError((error as Error).message);
  }
}

export interface NumberOption {
  /** As it is written, `--load`. */
  readonly flag: string;
  /** What was written after it; undefined when the option is absent. */
  readonly text: string | undefined;
  readonly defaultValue: number;
  readonly min: number;
  readonly max: number;
}

/** @throws BadOptionError */
export function numberOption({ flag, text, defaultValue, min, max }: NumberOption): number {
  if (text === undefined) return defaultValue;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new BadOptionError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
}

/** @throws BadOptionError */
export function wholeNumberOption(option: NumberOption): number {
  const value = numberOption(option);
  if (Number.isInteger(value)) return value;
  throw new BadOptionError(`${option.flag} takes a whole number, not "${option.text}"`);
}
