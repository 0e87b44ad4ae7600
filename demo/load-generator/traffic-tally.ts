import { quantileOf } from './quantile.ts';
import { type LatencySummary, type Outcome, type OutcomeCounts, outcomes, type Traffic } from './stats.ts';

export const noOutcomes = (): Record<Outcome, number> =>
  Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;

/** Exact, by sorting: a second holds a thousand values at most. */
function summarize(latenciesMs: number[]): LatencySummary | null {
  if (latenciesMs.length === 0) return null;
  const sorted = latenciesMs.sort((a, b) => a - b);
  const at = (share: number): number => quantileOf(sorted, share) as number;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** What happened to one kind of request since it was last asked, and since the beginning. */
export class TrafficTally {
  #offered = 0;
  #outcomes = noOutcomes();
  #latenciesMs: number[] = [];
  readonly #total = { offered: 0, outcomes: noOutcomes() };

  offer(): void {
    this.#offered += 1;
    this.#total.offered += 1;
  }

  end(outcome: Outcome, latencyMs: number): void {
    this.#outcomes[outcome] += 1;
    this.#total.outcomes[outcome] += 1;
    this.#latenciesMs.push(latencyMs);
  }

  totals(): { offered: number; outcomes: OutcomeCounts } {
    return { offered: this.#total.offered, outcomes: { ...this.#total.outcomes } };
  }

  /** Closes the second and begins the next. */
  take(): Traffic {
    const traffic = {
      offered: this.#offered,
      outcomes: this.#outcomes,
      latencyMs: summarize(this.#latenciesMs),
    };
    this.#offered = 0;
    this.#outcomes = noOutcomes();
    this.#latenciesMs = [];
    return traffic;
  }
}

/** Share of the answered orders that were worse than live; an order that was not served had no quality. */
export function degradedShareOf({
  live,
  cached,
  default: byDefault,
  disabled,
  pending,
}: OutcomeCounts): number | null {
  const degraded = cached + byDefault + disabled + pending;
  return live + degraded === 0 ? null : degraded / (live + degraded);
}
