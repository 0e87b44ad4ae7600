import { RollingWindow } from './rolling-window.ts';

// Twelve buckets per doubling from 1/16 ms up keep a quantile within 6 % of the truth.
const perDoubling = 12;
const smallestMs = 1 / 16;
const bucketCount = perDoubling * 20;
const countColumn = bucketCount;

/** Latencies of the last ten seconds as a histogram of fixed size. */
export class LatencyWindow {
  readonly #window = new RollingWindow(10_000, bucketCount + 1);

  record(durationMs: number, nowMs: number): void {
    this.#window.add(bucketOf(durationMs), nowMs);
    this.#window.add(countColumn, nowMs);
  }

  count(nowMs: number): number {
    return this.#window.sum(countColumn, nowMs);
  }

  /** The latency that `quantile` of the calls did not exceed, rounded up to its bucket; 0 without calls. */
  quantile(quantile: number, nowMs: number): number {
    let left = Math.ceil(quantile * this.count(nowMs));
    if (left === 0) return 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      left -= this.#window.sum(bucket, nowMs);
      if (left <= 0) return smallestMs * 2 ** ((bucket + 1) / perDoubling);
    }
    return smallestMs * 2 ** (bucketCount / perDoubling);
  }
}

function bucketOf(durationMs: number): number {
  if (durationMs <= smallestMs) return 0;
  return Math.min(bucketCount - 1, Math.floor(Math.log2(durationMs / smallestMs) * perDoubling));
}
