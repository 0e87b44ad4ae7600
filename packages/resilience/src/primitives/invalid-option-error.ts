interface OptionErrorDetails {
  /** The function the option was given to. */
  readonly of?: string | undefined;
  /** There is no such option. */
  readonly isUnknown?: boolean | undefined;
  /** The value must not be shown. */
  readonly isSecret?: boolean | undefined;
}

/** An option that does not exist or has a value that makes no sense; thrown where it is given, not where it hurts. */
export class InvalidOptionError extends TypeError {
  override readonly name = 'InvalidOptionError';
  readonly code = 'E_INVALID_OPTION';
  /** The option, with its sections: `breaker.minCalls`. */
  readonly option: string;
  readonly expected: string;
  /** The value; undefined when it must not be shown, as that of an unknown option, which may be anything. */
  readonly received: unknown;

  constructor(option: string, expected: string, received: unknown, details: OptionErrorDetails = {}) {
    const { of, isUnknown = false, isSecret = false } = details;
    super(
      (of === undefined ? '' : `${of}: `) +
        (isUnknown ? `${option} is not an option, it must be ${expected}` : `${option} must be ${expected}`) +
        (isUnknown || isSecret ? '' : `, received ${show(received)}`),
    );
    this.option = option;
    this.expected = expected;
    this.received = isUnknown || isSecret ? undefined : received;
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
