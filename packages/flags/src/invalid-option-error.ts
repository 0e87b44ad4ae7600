/** An option, or the key of a flag, that makes no sense; thrown where it is given, not where it hurts. */
export class InvalidOptionError extends TypeError {
  readonly code = 'E_INVALID_OPTION';
  override readonly name = 'InvalidOptionError';
  readonly option: string;
  readonly expected: string;
  readonly received: unknown;

  constructor(where: string, option: string, expected: string, received: unknown) {
    const shown = typeof received === 'string' ? JSON.stringify(received) : String(received);
    super(`${where}: ${option} must be ${expected}, received ${shown}`);
    this.option = option;
    this.expected = expected;
    this.received = received;
  }
}
