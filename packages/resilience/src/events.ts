import type { OutcomeKind } from './outcome.ts';

export type Source = 'live' | 'cached' | 'default' | 'disabled';
export type BreakerState = 'closed' | 'half-open' | 'open' | 'isolated';
export type RetryRefusal = 'budget' | 'not-idempotent' | 'deadline' | 'do-not-retry' | 'attempts';

interface EventBase {
  readonly dependency: string;
  /** Milliseconds of the clock, when it happened. */
  readonly at: number;
  /** The caller's `context`, handed back untouched; undefined for what belongs to no call. */
  readonly context: unknown;
}

/** Every decision a dependency takes, in the order it takes them. */
export type ResilienceEvent = EventBase &
  (
    | {
        readonly type: 'attempt';
        readonly attempt: number;
        readonly durationMs: number;
        readonly outcome: OutcomeKind;
        readonly errorCode: string | undefined;
      }
    | { readonly type: 'retry'; readonly attempt: number; readonly delayMs: number; readonly reason: string }
    | { readonly type: 'retry.refused'; readonly attempt: number; readonly reason: RetryRefusal }
    | { readonly type: 'hedge'; readonly attempt: number; readonly delayMs: number }
    | { readonly type: 'rejected'; readonly policy: string; readonly code: string }
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
      }
    | {
        readonly type: 'call.end';
        readonly durationMs: number;
        readonly outcome: OutcomeKind;
        readonly source: Source | undefined;
        readonly attempts: number;
      }
  );

export type EventListener = (event: ResilienceEvent) => void;

/** Hands events to listeners; `listening` lets the hot path skip building an event nobody hears. */
export class EventHub {
  listening = false;
  #listeners: readonly EventListener[] = [];

  subscribe(listener: EventListener): () => void {
    this.#replace([...this.#listeners, listener]);
    return () => this.#replace(this.#listeners.filter((other) => other !== listener));
  }

  emit(event: ResilienceEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // An observer must not break what it observes; it must not fail unseen either.
        queueMicrotask(() => process.emitWarning(error instanceof Error ? error : String(error)));
      }
    }
  }

  #replace(listeners: readonly EventListener[]): void {
    this.#listeners = listeners;
    this.listening = listeners.length > 0;
  }
}
