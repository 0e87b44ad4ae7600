import { quantile } from '@ballast/resilience/primitives';
import { type Quality, type QualityCounts, qualityCounts } from './quality.ts';
import type { LatencySummary, RequestStats } from './stats.ts';

/** Exact, by sorting: a second holds a thousand values at most. */
function summarize(latenciesMs: readonly number[]): LatencySummary | null {
  if (latenciesMs.length === 0) return null;
  const at = (share: number): number => quantile(latenciesMs, share) as number;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Counts one kind of request: since it was last read, and since the start. */
export class TrafficCounter {
  #offered = 0;
  #outcomes = qualityCounts();
  #latenciesMs: number[] = [];
  readonly #total = { offered: 0, outcomes: qualityCounts() };

  offer(): void {
    this.#offered += 1;
    this.#total.offered += 1;
  }

  end(outcome: Quality, latencyMs: number): void {
    this.#outcomes[outcome] += 1;
    this.#total.outcomes[outcome] += 1;
    this.#latenciesMs.push(latencyMs);
  }

  totals(): { offered: number; outcomes: QualityCounts } {
    return { offered: this.#total.offered, outcomes: { ...this.#total.outcomes } };
  }

  /** Closes the second and begins the next. */
  take(): RequestStats {
    const stats = {
      offered: this.#offered,
      outcomes: this.#outcomes,
      latencyMs: summarize(this.#latenciesMs),
    };
    this.#offered = 0;
    this.#outcomes = qualityCounts();
    this.#latenciesMs = [];
    return stats;
  }
}

/**
 * Share of the orders served in time that were worse than live; an order that was not has no quality to compare.
 */
export function degradedShareOf({
  live,
  cached,
  default: byDefault,
  disabled,
  pending,
}: QualityCounts): number | null {
  const degraded = cached + byDefault + disabled + pending;
  return live + degraded === 0 ? null : degraded / (live + degraded);
}
