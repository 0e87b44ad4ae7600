import { RollingWindow } from './rolling-window.ts';

// Four buckets per doubling, from 1/16 ms to 16 s.
const perDoubling = 4;
const smallestMs = 1 / 16;
const bucketCount = perDoubling * 18;
const countColumn = bucketCount;

/** Latencies of the last ten seconds as a histogram, so that memory and the cost of a record are constant. */
export class LatencyWindow {
  readonly #window = new RollingWindow(10_000, bucketCount + 1);

  record(durationMs: number, nowMs: number): void {
    this.#window.add(bucketOf(durationMs), nowMs);
    this.#window.add(countColumn, nowMs);
  }

  count(nowMs: number): number {
    return this.#window.sum(countColumn, nowMs);
  }

  /**
   * The nearest-rank quantile, as `quantile()` of the primitives defines it, as closely as a histogram knows it: the
   * bucket of that latency is exact, its place in the bucket is interpolated, so it is off by less than a fifth. 0
   * without calls.
   */
  quantile(share: number, nowMs: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count(nowMs)));
    let below = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const here = this.#window.sum(bucket, nowMs);
      if (here > 0 && below + here >= rank) return upperMs(bucket - 1 + (rank - below) / here);
      below += here;
    }
    return 0;
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > smallestMs)) return 0;
  return Math.min(bucketCount - 1, Math.floor(Math.log2(durationMs / smallestMs) * perDoubling));
}

const upperMs = (bucket: number): number => smallestMs * 2 ** ((bucket + 1) / perDoubling);
