import { warn, warnIfRejected } from '../primitives/warning.ts';
import type { OutcomeKind } from './outcome.ts';

/**
 * Where an answer came from: `live` from the dependency, `cached` an older one, `default` made up, `disabled` by flag.
 */
export type Source = 'live' | 'cached' | 'default' | 'disabled';
export type BreakerState = 'closed' | 'half-open' | 'open' | 'isolated';
/** Why a failed attempt was not repeated. */
export type RetryRejection = 'attempts' | 'not-idempotent' | 'do-not-retry' | 'busy' | 'deadline' | 'budget';

/** What each kind of event carries. */
export type EventDetail =
  | {
      readonly type: 'attempt';
      /** 1 for the first; hedges count too. */
      readonly attempt: number;
      readonly durationMs: number;
      readonly outcome: OutcomeKind;
      readonly errorCode: string | undefined;
      /** The error that the attempt threw; undefined for a success, a timeout or a cancel. */
      readonly cause: unknown;
    }
  /** The call goes again after `delayMs`, as attempt number `attempt`, because of error code `reason`. */
  | {
      readonly type: 'retry';
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
      readonly cause: unknown;
    }
  | { readonly type: 'retry.rejected'; readonly attempt: number; readonly reason: RetryRejection }
  /** A second attempt joins the first, which has been waiting for `delayMs`. */
  | { readonly type: 'hedge'; readonly attempt: number; readonly delayMs: number }
  /** The call got a permit after waiting for it. */
  | { readonly type: 'queued'; readonly waitMs: number }
  | { readonly type: 'rejected'; readonly policy: string; readonly code: string }
  /** The call is over for 100 ms, and its attempt, which began `forMs` ago, is not: it ignores its signal. */
  | { readonly type: 'abandoned'; readonly attempt: number; readonly forMs: number }
  /** Abandoned work has lost its permit, since its lease is over; it may still run. */
  | { readonly type: 'abandoned.released'; readonly attempt: number; readonly forMs: number }
  /** A guarded stream has failed `forMs` after it began: it broke, or its next chunk or its end came too late. */
  | {
      readonly type: 'stream.failed';
      readonly attempt: number;
      readonly forMs: number;
      readonly errorCode: string;
      readonly cause: unknown;
    }
  | {
      readonly type: 'breaker.transition';
      readonly from: BreakerState;
      readonly to: BreakerState;
      readonly reason: string;
    }
  | {
      readonly type: 'fallback';
      readonly source: Source;
      readonly ageMs: number | undefined;
      readonly errorCode: string;
      readonly cause: unknown;
    }
  | {
      readonly type: 'call.end';
      readonly durationMs: number;
      /** Before any degraded answer. */
      readonly outcome: OutcomeKind;
      /** What the caller got; undefined for an error. */
      readonly source: Source | undefined;
      readonly attempts: number;
      /** The error that the last attempt threw, whether the caller got it or a degraded answer. */
      readonly cause: unknown;
    };

/** Every decision a dependency takes, in the order it takes them. */
export type ResilienceEvent = EventDetail & {
  readonly dependency: string;
  /** The clock's milliseconds when it happened. */
  readonly at: number;
  /** The caller's `context`, handed back untouched; undefined for what belongs to no call. */
  readonly context: unknown;
};

export type EventListener = (event: ResilienceEvent) => void;

/** Hands events to listeners. Ask `listening` first: without a listener no event should be built. */
export class EventHub {
  #listeners: readonly EventListener[] = [];
  listening = false;

  subscribe(listener: EventListener): () => void {
    this.#replace([...this.#listeners, listener]);
    return () => this.#replace(this.#listeners.filter((other) => other !== listener));
  }

  emit(event: ResilienceEvent): void {
    for (const listener of this.#listeners) {
      try {
        warnIfRejected(listener(event));
      } catch (error) {
        // An observer must not break what it observes, nor fail unseen.
        warn(error);
      }
    }
  }

  #replace(listeners: readonly EventListener[]): void {
    this.#listeners = listeners;
    this.listening = listeners.length > 0;
  }
}
