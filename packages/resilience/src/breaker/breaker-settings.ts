import type { BreakerState } from '../pipeline/events.ts';
import { backoffMs } from '../primitives/backoff.ts';
import {
  above,
  atLeast,
  integer,
  longestTimerMs,
  onOff,
  optional,
  type Rules,
  ratio,
} from '../primitives/options.ts';

export interface BreakerSettings {
  readonly enabled: boolean;
  /** Rejects every call, whatever the window says, enabled or not. */
  readonly isolated: boolean;
  /** How far back failures and slow calls are counted. */
  readonly windowMs: number;
  /** No opening on fewer calls than this in the window. */
  readonly minCalls: number;
  /** Opens at this share of failed calls. */
  readonly failureRatio: number;
  /** A call that took this long counts as slow. @default 80 % of the shorter of `attemptTimeoutMs` and `deadlineMs` */
  readonly slowCallMs: number | undefined;
  /** Opens at this share of slow calls. */
  readonly slowRatio: number;
  /**
   * Opens after this many answers in a row that asked to come back later (Retry-After), until the latest of these
   * times.
   */
  readonly busyCalls: number;
  /** The first open time; each one without a recovery in between doubles, up to `maxOpenMs`. */
  readonly openMs: number;
  /** The longest open time, the random share included. */
  readonly maxOpenMs: number;
  /** A random share up to this is added to each open time, so that replicas do not probe together. */
  readonly openJitterRatio: number;
  /** Calls let through, all at once, to find out whether the dependency is back. */
  readonly probes: number;
  /** A probe that has no answer by then has failed. @default the shorter of `attemptTimeoutMs` and `deadlineMs` */
  readonly probeTimeoutMs: number | undefined;
  /** How long each stage of the ramp (10 %, 25 %, 50 % of the calls) lasts at least. */
  readonly rampStageMs: number;
}

export type TooHighRatio = 'failureRatio' | 'slowRatio';

/** The settings that can open the breaker. */
export type OpenedBy = TooHighRatio | 'busyCalls';

export interface BreakerSnapshot {
  readonly enabled: boolean;
  readonly state: BreakerState;
  /** Calls in the window. */
  readonly windowCalls: number;
  /** The share of failures among them, 0 to 1. */
  readonly failureRatio: number;
  /** The share of slow calls among them, 0 to 1. */
  readonly slowRatio: number;
  /** While open: when it goes half-open, on the dependency's clock. */
  readonly openUntilMs?: number;
  /** While open: the time until then. */
  readonly retryInMs?: number;
  /** While half-open: the share of the calls let through; 0 while probing. */
  readonly recovering?: number;
  readonly settings: BreakerSettings;
}

/** What the breaker remembers. */
export interface BreakerMemory {
  readonly state: BreakerState;
  /** The rest of its open time; 0 unless it is open. */
  readonly openForMs: number;
  /** Openings without a recovery in between. */
  readonly opensInARow: number;
  /** The setting that has opened it last. */
  readonly openedBy: OpenedBy;
  /** The calls in its window. */
  readonly window: { readonly calls: number; readonly failures: number; readonly slowCalls: number };
}

export const breakerDefaults: BreakerSettings = {
  enabled: true,
  isolated: false,
  windowMs: 10_000,
  minCalls: 20,
  failureRatio: 0.5,
  slowCallMs: undefined,
  slowRatio: 0.8,
  busyCalls: 5,
  openMs: 5000,
  maxOpenMs: 60_000,
  openJitterRatio: 0.2,
  probes: 3,
  probeTimeoutMs: undefined,
  rampStageMs: 250,
};

export const breakerRules: Rules = {
  enabled: onOff,
  isolated: onOff,
  windowMs: above(0),
  minCalls: integer(1),
  failureRatio: ratio,
  slowCallMs: optional(above(0)),
  slowRatio: ratio,
  busyCalls: integer(1),
  openMs: integer(1, longestTimerMs),
  maxOpenMs: integer(1, longestTimerMs),
  openJitterRatio: atLeast(0),
  probes: integer(1),
  probeTimeoutMs: optional(above(0)),
  rampStageMs: atLeast(0),
};

/** With what defaults to the time an attempt has filled in. */
export type ResolvedBreakerSettings = BreakerSettings & {
  readonly slowCallMs: number;
  readonly probeTimeoutMs: number;
};

/** `attemptMs` is the time that one attempt has. */
export function resolveBreaker(breaker: BreakerSettings, attemptMs: number): ResolvedBreakerSettings {
  const { slowCallMs = 0.8 * attemptMs, probeTimeoutMs = attemptMs } = breaker;
  return { ...breaker, slowCallMs, probeTimeoutMs };
}

/** How long to stay open after `opensInARow` earlier openings, with `share` of the jitter. */
export function openTimeMs(settings: BreakerSettings, opensInARow: number, share: number): number {
  const { openMs, maxOpenMs, openJitterRatio } = settings;
  const withoutJitterMs = backoffMs(
    { baseDelayMs: openMs, maxDelayMs: maxOpenMs, jitter: 'none' },
    opensInARow + 1,
  );
  // Added to the delay and not taken from it: a random share of it, as retries use, could end an open time at once.
  return Math.min(maxOpenMs, withoutJitterMs * (1 + openJitterRatio * share));
}

/** How long to stay open when the dependency asks for `askedMs`. Nothing has failed, so it is never doubled. */
export function askedOpenTimeMs(settings: BreakerSettings, askedMs: number, share: number): number {
  return Math.min(settings.maxOpenMs, askedMs * (1 + settings.openJitterRatio * share));
}
