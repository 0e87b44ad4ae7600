/** The mean of what was added since the last `take`. */
export class MeanWait {
  #sumMs = 0;
  #count = 0;
  /** What the last `take` gave. */
  lastMs = 0;

  add(waitMs: number): void {
    this.#sumMs += waitMs;
    this.#count++;
  }

  take(): number {
    this.lastMs = this.#count === 0 ? 0 : this.#sumMs / this.#count;
    this.#sumMs = 0;
    this.#count = 0;
    return this.lastMs;
  }
}
