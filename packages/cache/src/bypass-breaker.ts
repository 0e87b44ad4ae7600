export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BypassBreakerOptions {
  openMs: number;
  maxOpenMs: number;
  now: () => number;
  random: () => number;
  onTransition: (to: BreakerState, reason: string) => void;
}

/** Reports how one command went; only the first report counts. */
export type Report = (failure?: string) => void;

const windowCalls = 10;
const failuresToOpen = 5;
const windowMask = (1 << windowCalls) - 1;
// Failures from before a quiet spell say nothing about now.
const idleForgetsMs = 10_000;

/**
 * Decides whether Redis is worth asking: opens when half of the last ten commands failed, then lets one probe through
 * after a jittered, doubling pause. A bit per command and no timer, because a bypass must cost less than what it avoids.
 */
export class BypassBreaker {
  readonly #options: BypassBreakerOptions;
  #state: BreakerState = 'closed';
  #recentFailures = 0;
  #lastReportAtMs = Number.NEGATIVE_INFINITY;
  #openings = 0;
  #retryAtMs = 0;
  #generation = 0;

  constructor(options: BypassBreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** `undefined` means: bypass. Otherwise send the command and report on it. */
  admit(): Report | undefined {
    if (this.#state === 'half-open') return undefined;
    if (this.#state === 'open') {
      if (this.#options.now() < this.#retryAtMs) return undefined;
      this.#enter('half-open', 'probe');
    }
    const generation = this.#generation;
    let isReported = false;
    return (failure) => {
      // A command sent before the last transition speaks of a Redis that is gone.
      if (isReported || generation !== this.#generation) return;
      isReported = true;
      this.#record(failure);
    };
  }

  #record(failure: string | undefined): void {
    if (this.#state === 'half-open') {
      if (failure === undefined) this.#close();
      else this.#open(failure);
      return;
    }
    const now = this.#options.now();
    if (now - this.#lastReportAtMs > idleForgetsMs) this.#recentFailures = 0;
    this.#lastReportAtMs = now;
    this.#recentFailures = ((this.#recentFailures << 1) | (failure === undefined ? 0 : 1)) & windowMask;
    if (failure !== undefined && countBits(this.#recentFailures) >= failuresToOpen) this.#open(failure);
  }

  #open(reason: string): void {
    const { openMs, maxOpenMs, now, random } = this.#options;
    const pauseMs = Math.min(openMs * 2 ** this.#openings, maxOpenMs);
    this.#openings = Math.min(this.#openings + 1, 30);
    this.#retryAtMs = now() + pauseMs * (0.5 + random() / 2);
    this.#enter('open', reason);
  }

  #close(): void {
    this.#openings = 0;
    this.#recentFailures = 0;
    this.#enter('closed', 'probe succeeded');
  }

  #enter(state: BreakerState, reason: string): void {
    this.#generation += 1;
    this.#state = state;
    this.#options.onTransition(state, reason);
  }
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
