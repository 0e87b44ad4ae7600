/** What a value must be, in words and as a test. */
export interface Rule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

export type Rules = { readonly [option: string]: Rule | Rules };

/** A patch of settings: any subset, at any depth. */
export type Patch<T> = { readonly [K in keyof T]?: (T[K] extends object ? Patch<T[K]> : T[K]) | undefined };

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

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER): Rule => ({
  expected: max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});

export const ratio: Rule = {
  expected: 'a ratio > 0 and <= 1',
  accepts: (value) => isNumber(value) && value > 0 && value <= 1,
};

export const aFunction: Rule = { expected: 'a function', accepts: (value) => typeof value === 'function' };

export const optional = (rule: Rule): Rule => ({
  expected: `${rule.expected}, or undefined`,
  accepts: (value) => value === undefined || rule.accepts(value),
});

/** An option that does not exist or has a value that makes no sense; thrown where it is given, not where it hurts. */
export class InvalidOptionError extends TypeError {
  override readonly name = 'InvalidOptionError';
  readonly code = 'E_INVALID_OPTION';
  readonly option: string;
  readonly expected: string;
  readonly received: unknown;

  constructor(option: string, expected: string, received: unknown) {
    super(`${option} must be ${expected}, received ${show(received)}`);
    this.option = option;
    this.expected = expected;
    this.received = received;
  }
}

const show = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'function'
      ? 'a function'
      : String(value);

/** `current` with `patch` over it, after checking every option of the patch. */
export function withPatch<T extends object>(
  current: T,
  patch: Patch<T> | undefined,
  rules: Rules,
  path = '',
): T {
  if (patch === undefined) return current;
  if (typeof patch !== 'object' || patch === null) throw new InvalidOptionError(path, 'an object', patch);
  const next = { ...current } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    const option = path === '' ? key : `${path}.${key}`;
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined)
      throw new InvalidOptionError(option, `one of ${Object.keys(rules).join(', ')}`, value);
    if (isRule(rule)) next[key] = checked(option, rule, value, next[key]);
    else next[key] = withPatch(next[key] as object, value as object | undefined, rule, option);
  }
  return next as T;
}

const isRule = (rule: Rule | Rules): rule is Rule => typeof rule.accepts === 'function';

function checked(option: string, rule: Rule, value: unknown, current: unknown): unknown {
  if (value === undefined) return current;
  if (!rule.accepts(value)) throw new InvalidOptionError(option, rule.expected, value);
  return value;
}
