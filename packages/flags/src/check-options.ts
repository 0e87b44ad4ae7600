import type { OpenFlagsOptions } from './flags.ts';
import { InvalidOptionError } from './invalid-option-error.ts';

/** @throws InvalidOptionError naming the option, what was expected and what was received. */
export function checkOptions(options: OpenFlagsOptions<string>): void {
  const { file, defaults, domain, watch } = options;
  if (file !== undefined && typeof file !== 'string') refuse('file', 'a path', file);
  if (domain !== undefined && (typeof domain !== 'string' || domain === ''))
    refuse('domain', 'a non-empty string', domain);
  if (watch !== undefined && typeof watch !== 'function') refuse('watch', 'a function', watch);
  if (defaults === undefined) return;
  if (typeof defaults !== 'object' || defaults === null)
    refuse('defaults', 'an object of true and false', defaults);
  for (const [key, value] of Object.entries(defaults)) {
    if (typeof value !== 'boolean') refuse(`defaults.${key}`, 'true or false', value);
  }
}

function refuse(option: string, expected: string, received: unknown): never {
  throw new InvalidOptionError('openFlags', option, expected, received);
}
