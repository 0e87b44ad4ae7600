import type { Source } from '../pipeline/events.ts';
import type { Outcome, OutcomeKind } from '../pipeline/outcome.ts';

/** Counts since the dependency was made: what became of its calls. */
export class CallCounts {
  readonly #calls = { live: 0, cached: 0, default: 0, disabled: 0, failed: 0, total: 0 };
  readonly #outcomes = { success: 0, failure: 0, timeout: 0, rejected: 0, cancelled: 0 };
  readonly #rejections: Record<string, number> = {};

  /** How the policies and the call itself came out, before any degraded answer. */
  outcome(outcome: Outcome): void {
    this.#outcomes[outcome.kind]++;
    if (outcome.kind !== 'rejected') return;
    const { policy } = outcome.rejection;
    this.#rejections[policy] = (this.#rejections[policy] ?? 0) + 1;
  }

  /** What the caller got. */
  answered(source: Source | 'failed'): void {
    this.#calls[source]++;
    this.#calls.total++;
  }

  snapshot(): CallCountsSnapshot {
    return {
      calls: { ...this.#calls },
      outcomes: { ...this.#outcomes },
      rejections: { ...this.#rejections },
    };
  }
}

export interface CallCountsSnapshot {
  readonly calls: Readonly<Record<Source | 'failed' | 'total', number>>;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Calls rejected, by policy. */
  readonly rejections: Readonly<Record<string, number>>;
}
