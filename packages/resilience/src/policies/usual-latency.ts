/** A call that has succeeded, as the adaptive limit sees it. */
export interface LatencySample {
  readonly latencyMs: number;
  readonly nowMs: number;
  /** Calls in flight at its end, itself included. */
  readonly inFlight: number;
  readonly limit: number;
  /** So few calls in flight that they make no queue. */
  readonly calmLimit: number;
}

const firstCalls = 4;
// A few calls can be quick by chance.
const ordinaryReading = { calls: 20, ms: 1000 };
const loweredReading = { calls: 10, ms: 0 };
// What is usual doubles in a minute at most.
const doublingMs = 60_000;
// How long the limit is in use before it is lowered, and how long it stays lowered at most.
const useBeforeLoweringMs = 10_000;
const latenciesBeforeLowering = 20;
const latenciesLowered = 10;

/**
 * The latency that is usual without a queue of our own making.
 *
 * An average of all calls learns an overload: the queue makes calls slower, slower becomes usual, and the limit grows.
 * So what is usual rises only with calls that had few others beside them, and slowly. Where the limit is in use all the
 * time there are none; then it is lowered for a moment, as BBR does, to see whether latency follows. If it does not,
 * the dependency itself has become slower.
 */
export class UsualLatency {
  /** 0 before the first answer. */
  ms = 0;
  /** Whether the limit is lowered to the calm one, for a reading. */
  isLowered = false;
  readonly #ofAll = new Reading();
  readonly #ofCalm = new Reading();
  #calls = 0;
  #readAtMs = 0;
  /** When a call ended that had more others beside it than the calm limit. */
  #crowdedAtMs = Number.NEGATIVE_INFINITY;
  /** When the limit may be lowered next; while it is lowered, when that ends. */
  #dueAtMs = 0;

  sample(sample: LatencySample): void {
    const { latencyMs, nowMs, inFlight, limit, calmLimit } = sample;
    if (this.#calls < firstCalls) this.#begin(sample);
    if (inFlight > calmLimit) this.#crowdedAtMs = nowMs;
    this.#readAll(sample);
    // Had there been more calls at any time since it began, one of them would have ended as a crowded one.
    const isCalm = nowMs - latencyMs > this.#crowdedAtMs;
    if (isCalm) this.#readCalm(sample);
    if (this.isLowered) this.endLowering(sample);
    else if (inFlight < limit / 2) this.#waitToLower(sample);
    else if (inFlight >= limit && nowMs >= this.#dueAtMs) this.#lower(sample);
  }

  /** Ends a lowering that has brought no reading in time. */
  endLowering({ latencyMs, nowMs }: Pick<LatencySample, 'latencyMs' | 'nowMs'>): void {
    if (!this.isLowered || nowMs < this.#dueAtMs) return;
    this.isLowered = false;
    this.#waitToLower({ latencyMs, nowMs });
  }

  #begin({ latencyMs, nowMs }: LatencySample): void {
    this.#calls++;
    this.ms += (latencyMs - this.ms) / this.#calls;
    this.#readAtMs = nowMs;
  }

  /** With a queue or without: it is usual to take no longer. */
  #readAll({ latencyMs, nowMs }: LatencySample): void {
    this.#ofAll.add(latencyMs, nowMs);
    if (!this.#ofAll.isComplete(nowMs, ordinaryReading)) return;
    const meanMs = this.#ofAll.take();
    if (meanMs < this.ms) this.#fall(meanMs);
  }

  #readCalm(sample: LatencySample): void {
    const { latencyMs, nowMs } = sample;
    this.#ofCalm.add(latencyMs, nowMs);
    if (!this.#ofCalm.isComplete(nowMs, this.isLowered ? loweredReading : ordinaryReading)) return;
    const meanMs = this.#ofCalm.take();
    if (meanMs < this.ms) this.#fall(meanMs);
    else this.#rise(meanMs, nowMs);
    this.#readAtMs = nowMs;
    this.isLowered = false;
    this.#waitToLower(sample);
  }

  #fall(meanMs: number): void {
    this.ms = (this.ms + meanMs) / 2;
  }

  #rise(meanMs: number, nowMs: number): void {
    // One reading after a quiet hour is no evidence of an hour.
    const forMs = Math.min(nowMs - this.#readAtMs, doublingMs);
    this.ms = Math.min(meanMs, this.ms * 2 ** (forMs / doublingMs));
  }

  #lower({ latencyMs, nowMs }: LatencySample): void {
    this.isLowered = true;
    this.#ofCalm.clear();
    this.#dueAtMs = nowMs + latenciesLowered * latencyMs;
  }

  #waitToLower({ latencyMs, nowMs }: Pick<LatencySample, 'latencyMs' | 'nowMs'>): void {
    this.#dueAtMs = nowMs + Math.max(useBeforeLoweringMs, latenciesBeforeLowering * latencyMs);
  }
}

/** The mean of some calls. */
class Reading {
  #sumMs = 0;
  #calls = 0;
  #sinceMs = 0;

  add(latencyMs: number, nowMs: number): void {
    if (this.#calls === 0) this.#sinceMs = nowMs;
    this.#calls++;
    this.#sumMs += latencyMs;
  }

  isComplete(nowMs: number, { calls, ms }: { readonly calls: number; readonly ms: number }): boolean {
    return this.#calls >= calls && nowMs - this.#sinceMs >= ms;
  }

  take(): number {
    const meanMs = this.#sumMs / this.#calls;
    this.clear();
    return meanMs;
  }

  clear(): void {
    this.#sumMs = 0;
    this.#calls = 0;
  }
}
