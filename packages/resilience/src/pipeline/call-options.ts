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
