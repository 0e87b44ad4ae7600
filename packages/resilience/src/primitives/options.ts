import { InvalidOptionError } from './invalid-option-error.ts';

/** What the value of an option must be, in words and as a test. */
export interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The value never appears in an error: it may hold a password. */
  readonly isSecret?: boolean;
}

/** A rule per option, and rules of their own for options that are sections. */
export type Rules = { readonly [option: string]: Rule | Rules };

/** A patch of settings: any subset, at any depth. */
export type Patch<T> = { readonly [K in keyof T]?: (T[K] extends object ? Patch<T[K]> : T[K]) | undefined };

/** The longest delay of a timer; Node fires one of more than this at once. */
export const longestTimerMs = 2 ** 31 - 1;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const onOff: Rule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

export const atLeast = (min: number): Rule => ({
  expected: `a number >= ${min}`,
  accepts: (value) => isNumber(value) && value >= min,
});

export const above = (min: number): Rule => ({
  expected: `a number > ${min}`,
  accepts: (value) => isNumber(value) && value > min,
});

export const between = (min: number, max: number): Rule => ({
  expected: `a number from ${min} to ${max}`,
  accepts: (value) => isNumber(value) && value >= min && value <= max,
});

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER): Rule => ({
  expected: max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer from ${min} to ${max}`,
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
});

export const ratio: Rule = {
  expected: 'a ratio > 0 and <= 1',
  accepts: (value) => isNumber(value) && value > 0 && value <= 1,
};

export const text: Rule = {
  expected: 'a non-empty string',
  accepts: (value) => typeof value === 'string' && value !== '',
};

export const textLike = (pattern: RegExp, expected: string): Rule => ({
  expected,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

export const oneOf = (...values: readonly string[]): Rule => ({
  expected: `one of ${values.join(', ')}`,
  accepts: (value) => values.includes(value as string),
});

export const aFunction: Rule = { expected: 'a function', accepts: (value) => typeof value === 'function' };

/** An object of options: neither null nor an array. */
export const anObject: Rule = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** An object with these methods, whatever its class. */
export const withMethods = (expected: string, ...methods: readonly string[]): Rule => ({
  expected,
  accepts: (value) => hasMethods(value, methods),
});

export const aClock: Rule = withMethods('an object with now() and setTimer()', 'now', 'setTimer');

export const listOf = (expected: string, accepts: (value: unknown) => boolean): Rule => ({
  expected,
  accepts: (value) => Array.isArray(value) && value.every(accepts),
});

export const recordOf = (expected: string, accepts: (value: unknown) => boolean): Rule => ({
  expected,
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(accepts),
});

export const optional = (rule: Rule): Rule => ({
  ...rule,
  expected: `${rule.expected}, or undefined`,
  accepts: (value) => value === undefined || rule.accepts(value),
});

/** Whatever it is: the option's own user checks it. */
export const anything: Rule = { expected: 'anything', accepts: () => true };

export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== 'object' && typeof value !== 'function') return false;
  if (value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}

/**
 * Checks one argument of a function that is called `of`.
 *
 * @throws {InvalidOptionError} naming the argument, what was expected and what was received
 */
export function checkArgument(of: string | undefined, name: string, value: unknown, rule: Rule): void {
  if (rule.accepts(value)) return;
  // Text in place of options is not shown: it may be a URL with a password.
  const isSecret = rule.isSecret || (rule === anObject && typeof value === 'string');
  throw new InvalidOptionError(name, rule.expected, value, { of, isSecret });
}

/**
 * Checks options where they are given: a function that is called `of` knows no option but those that have a rule.
 * An option that is undefined counts as not given.
 *
 * @param required options that must be given
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 * @example checkOptions('createCache', options, { name: text, ttlMs: above(0) }, ['name']);
 */
export function checkOptions(
  of: string,
  options: unknown,
  rules: Rules,
  required: readonly string[] = [],
): void {
  if (options !== undefined) checkArgument(of, 'options', options, anObject);
  withPatch({}, options as object, rules, { of });
  for (const option of required) {
    if ((options as Record<string, unknown> | undefined)?.[option] !== undefined) continue;
    throw new InvalidOptionError(option, (rules[option] as Rule).expected, undefined, { of });
  }
}

/**
 * `current` with `patch` over it, after checking every option of the patch; `current` itself is never changed.
 *
 * @param where `of`: the function the options are for; `path`: the section they are in
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 */
export function withPatch<T extends object>(
  current: T,
  patch: Patch<T> | undefined,
  rules: Rules,
  { of, path }: { of?: string; path?: string } = {},
): T {
  if (patch === undefined) return current;
  checkArgument(of, path ?? 'options', patch, anObject);
  const next = { ...current } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    const option = path === undefined ? key : `${path}.${key}`;
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      throw new InvalidOptionError(option, `one of ${Object.keys(rules).join(', ')}`, value, {
        of,
        isUnknown: true,
      });
    }
    if (isRule(rule)) next[key] = checked(option, rule, value, next[key], of);
    else
      next[key] = withPatch((next[key] ?? {}) as object, value as object | undefined, rule, {
        ...(of !== undefined && { of }),
        path: option,
      });
  }
  const changed = Object.keys(patch).some((key) => next[key] !== (current as Record<string, unknown>)[key]);
  // A thousand dependencies share the settings that none of them changes.
  return changed ? (next as T) : current;
}

export const isRule = (rule: Rule | Rules): rule is Rule => typeof rule.accepts === 'function';

function checked(
  option: string,
  rule: Rule,
  value: unknown,
  current: unknown,
  of: string | undefined,
): unknown {
  if (value === undefined) return current;
  checkArgument(of, option, value, rule);
  return value;
}
