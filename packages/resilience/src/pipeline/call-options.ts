import { anything, checkOptions, oneOf, onOff, type Rule, withMethods } from '../primitives/options.ts';

/** How important a call is: under pressure `sheddable` goes first and `critical` last. */
export type Priority = 'critical' | 'default' | 'sheddable';

/** What a caller may say about one call. */
export interface CallOptions {
  /** Time left for the whole call, from now; the shorter of this and the policy's own wins. */
  readonly deadlineMs?: number | undefined;
  /** Cancels the call wherever it is: queued, backing off or at work. */
  readonly signal?: AbortSignal | undefined;
  /** Handed on to the guarded call. @default 'default' */
  readonly priority?: Priority | undefined;
  /** Whether asking twice is safe; only such calls are retried or hedged. @default the dependency's `idempotent` */
  readonly idempotent?: boolean | undefined;
  /** Anything; handed back on every event of this call. */
  readonly context?: unknown;
}

/** What the guarded call receives beside its input. */
export interface CallContext {
  /** Aborted, with a typed reason: timeout, deadline, the caller's cancel, or another attempt that answered first. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly priority: Priority;
  /** The lesser of what the total deadline and the attempt timeout leave; Infinity without either. */
  remainingMs(): number;
}

const callOptionRules: Record<keyof CallOptions, Rule> = {
  // None left, or less than none, is no mistake: such a call is rejected by its deadline.
  deadlineMs: {
    expected: 'a number',
    accepts: (value) => typeof value === 'number' && !Number.isNaN(value),
  },
  signal: withMethods('an AbortSignal', 'addEventListener', 'removeEventListener'),
  priority: oneOf('critical', 'default', 'sheddable'),
  idempotent: onOff,
  context: anything,
};

/** @throws {InvalidOptionError} naming the option, what was expected and what was received */
export function checkCallOptions(options: CallOptions): void {
  if (!isPlausible(options)) checkOptions('call', options, callOptionRules);
}

/** The same rules as above as plain comparisons, since they are asked for every call. */
function isPlausible(options: CallOptions): boolean {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false;
  for (const option in options) {
    switch (option) {
      case 'deadlineMs':
        // biome-ignore lint/suspicious/noSelfCompare: the cheapest test for NaN
        if (typeof options.deadlineMs !== 'number' || options.deadlineMs !== options.deadlineMs) return false;
        break;
      case 'signal':
        if (!(options.signal instanceof AbortSignal)) return false;
        break;
      case 'priority':
        if (options.priority !== 'default' && options.priority !== 'critical') return false;
        break;
      case 'idempotent':
        if (typeof options.idempotent !== 'boolean') return false;
        break;
      case 'context':
        break;
      default:
        return false;
    }
  }
  return true;
}
