import { RollingWindow } from './rolling-window.ts';

// Four buckets per doubling, from 1/16 ms to the longest delay of a timer.
const perDoubling = 4;
const smallestMs = 1 / 16;
// The scale in pages of four doublings each: 1 ms to 16 ms, 16 ms to 256 ms, and so on to 2^32 ms.
const pageCount = 9;
const bucketsPerPage = 4 * perDoubling;
const bucketCount = pageCount * bucketsPerPage;
const windowMs = 10_000;
const parts = 5;

/**
 * Latencies of the last ten seconds as a histogram, so that memory and the cost of a record are constant. A page of it
 * is made when a call is recorded there: a dependency needs one or two of the nine.
 */
export class LatencyWindow {
  readonly #pages: (RollingWindow | undefined)[] = Array.from({ length: pageCount }, () => undefined);

  record(durationMs: number, nowMs: number): void {
    const bucket = bucketOf(durationMs);
    const page = Math.floor(bucket / bucketsPerPage);
    this.#pages[page] ??= new RollingWindow(windowMs, bucketsPerPage, parts);
    this.#pages[page].add(bucket % bucketsPerPage, nowMs);
  }

  count(nowMs: number): number {
    let count = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) count += this.#countIn(bucket, nowMs);
    return count;
  }

  /**
   * The nearest-rank quantile, as `quantile()` of the primitives defines it, as closely as a histogram knows it: the
   * bucket of that latency is exact, its place in the bucket is interpolated, so it is off by less than a fifth. 0
   * without calls.
   */
  quantile(share: number, nowMs: number): number {
    return this.#quantile(share, nowMs, (bucket, shareOfBucket) => upperMs(bucket - 1 + shareOfBucket));
  }

  /** The end of the bucket that the quantile lies in: at least this share of the calls took no longer. */
  upperQuantile(share: number, nowMs: number): number {
    return this.#quantile(share, nowMs, upperMs);
  }

  #quantile(
    share: number,
    nowMs: number,
    latencyMs: (bucket: number, shareOfBucket: number) => number,
  ): number {
    const rank = Math.max(1, Math.ceil(share * this.count(nowMs)));
    let below = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const here = this.#countIn(bucket, nowMs);
      if (here > 0 && below + here >= rank) return latencyMs(bucket, (rank - below) / here);
      below += here;
    }
    return 0;
  }

  #countIn(bucket: number, nowMs: number): number {
    return this.#pages[Math.floor(bucket / bucketsPerPage)]?.sum(bucket % bucketsPerPage, nowMs) ?? 0;
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > smallestMs)) return 0;
  return Math.min(bucketCount - 1, Math.floor(Math.log2(durationMs / smallestMs) * perDoubling));
}

const upperMs = (bucket: number): number => smallestMs * 2 ** ((bucket + 1) / perDoubling);
