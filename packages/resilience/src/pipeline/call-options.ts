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

/** What an attempt has handed out and that is still in use, such as a stream. */
export interface Held {
  readonly isOver: boolean;
  /** The next part is waited for, and it has come. */
  waits(): void;
  arrived(): void;
  /** It has ended by itself, or nobody wants it any more. */
  release(): void;
  /** It has failed by itself. */
  broke(error: unknown): void;
}

export interface HoldOptions {
  /** Of the attempt. */
  readonly signal: AbortSignal;
  /** The longest wait for the next part. */
  readonly idleTimeoutMs: number | undefined;
  /** Hears why it has to end before it is released. */
  onEnd(error: unknown): void;
}

/** Where a context keeps its attempt. */
export const attemptOf: unique symbol = Symbol('attempt');

/** What the guarded call receives beside its input. */
export interface CallContext {
  readonly [attemptOf]?: {
    hold(options: HoldOptions): Held;
  };
  /** Aborted, with a typed reason: timeout, deadline, the caller's cancel, or another attempt that answered first. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly priority: Priority;
  /** The lesser of what the total deadline and the attempt timeout leave; Infinity without either. */
  remainingMs(): number;
}

const callOptionRules: Record<keyof CallOptions, Rule> = {
  // None left, or less than none (`endsAtMs - nowMs`), is no mistake: such a call is rejected by its deadline.
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

/** Whether the rules above need not be asked. They cost 20 times as much as comparisons, and calls are many. */
function isPlausible(options: CallOptions): boolean {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false;
  for (const option in options)
    if (!isPlausibleOption(option, options[option as keyof CallOptions])) return false;
  return true;
}

function isPlausibleOption(option: string, value: unknown): boolean {
  if (option === 'context' || value === undefined) return Object.hasOwn(callOptionRules, option);
  if (option === 'deadlineMs') return typeof value === 'number' && !Number.isNaN(value);
  if (option === 'signal') return isListenable(value as Partial<AbortSignal> | null);
  if (option === 'priority') return value === 'default' || value === 'critical' || value === 'sheddable';
  return option === 'idempotent' && typeof value === 'boolean';
}

// Not `instanceof AbortSignal`, which costs 45 ns: Node looks its global up each time.
function isListenable(value: Partial<AbortSignal> | null): boolean {
  return typeof value?.addEventListener === 'function' && typeof value.removeEventListener === 'function';
}
