const bucketCount = 10;

/**
 * Sums over the last `windowMs`, in ten buckets, without a timer: buckets are dropped when time is told, so an idle
 * window costs nothing and an hour later it is empty. Memory does not depend on traffic.
 */
export class RollingWindow {
  readonly #columns: number;
  readonly #counts: Uint32Array;
  readonly #sums: Uint32Array;
  readonly #bucketMs: number;
  #bucket = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number, columns: number) {
    this.#columns = columns;
    this.#bucketMs = windowMs / bucketCount;
    this.#counts = new Uint32Array(bucketCount * columns);
    this.#sums = new Uint32Array(columns);
  }

  add(column: number, nowMs: number): void {
    this.#advance(nowMs);
    const index = this.#offset(this.#bucket) + column;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#sums[column] = (this.#sums[column] as number) + 1;
  }

  sum(column: number, nowMs: number): number {
    this.#advance(nowMs);
    return this.#sums[column] as number;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sums.fill(0);
  }

  #offset(bucket: number): number {
    return (bucket % bucketCount) * this.#columns;
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    if (bucket <= this.#bucket) return;
    if (bucket - this.#bucket >= bucketCount) this.clear();
    else for (let stale = this.#bucket + 1; stale <= bucket; stale++) this.#drop(this.#offset(stale));
    this.#bucket = bucket;
  }

  #drop(offset: number): void {
    for (let column = 0; column < this.#columns; column++) {
      this.#sums[column] = (this.#sums[column] as number) - (this.#counts[offset + column] as number);
      this.#counts[offset + column] = 0;
    }
  }
}
