/**
 * Counts over the last `windowMs`, in a few buckets and without a timer: old buckets are dropped when the window is
 * used. An idle window costs nothing, an hour later it is empty, and its memory does not depend on traffic.
 */
export class RollingWindow {
  readonly #columns: number;
  readonly #bucketCount: number;
  /** The sums of all buckets, then the counts of each: one array, since the object of each costs 200 bytes. */
  readonly #counts: Uint32Array;
  readonly #bucketMs: number;
  #bucket = Number.NEGATIVE_INFINITY;
  // Kept beside the bucket's number so that the usual call, in the same bucket as the one before, only compares.
  #bucketEndsAtMs = Number.NEGATIVE_INFINITY;
  #offset = 0;

  constructor(windowMs: number, columns: number, bucketCount = 10) {
    this.#columns = columns;
    this.#bucketCount = bucketCount;
    this.#bucketMs = windowMs / bucketCount;
    this.#counts = new Uint32Array((1 + bucketCount) * columns);
  }

  add(column: number, nowMs: number): void {
    if (nowMs >= this.#bucketEndsAtMs) this.#advance(nowMs);
    (this.#counts[this.#offset + column] as number)++;
    (this.#counts[column] as number)++;
  }

  /** Counts what happened elsewhere as if it had happened now. */
  addMany(column: number, count: number, nowMs: number): void {
    if (nowMs >= this.#bucketEndsAtMs) this.#advance(nowMs);
    (this.#counts[this.#offset + column] as number) += count;
    (this.#counts[column] as number) += count;
  }

  sum(column: number, nowMs: number): number {
    if (nowMs >= this.#bucketEndsAtMs) this.#advance(nowMs);
    return this.#counts[column] as number;
  }

  clear(): void {
    this.#counts.fill(0);
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    if (bucket - this.#bucket >= this.#bucketCount) this.clear();
    else for (let stale = this.#bucket + 1; stale <= bucket; stale++) this.#drop(this.#offsetOf(stale));
    this.#bucket = bucket;
    this.#bucketEndsAtMs = (bucket + 1) * this.#bucketMs;
    this.#offset = this.#offsetOf(bucket);
  }

  #offsetOf(bucket: number): number {
    return (1 + (bucket % this.#bucketCount)) * this.#columns;
  }

  #drop(offset: number): void {
    for (let column = 0; column < this.#columns; column++) {
      (this.#counts[column] as number) -= this.#counts[offset + column] as number;
      this.#counts[offset + column] = 0;
    }
  }
}
