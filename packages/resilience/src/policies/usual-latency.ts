/** A call that has succeeded, as the adaptive limit sees it. */
export interface LatencySample {
  readonly latencyMs: number;
  readonly nowMs: number;
  /** Calls in flight at its end, itself included. */
  readonly inFlight: number;
  readonly limit: number;
  /** So few calls in flight make no queue. */
  readonly calmLimit: number;
}

// A few calls can be quick by chance.
const callsPerReading = 50;
const readingMs = 1000;
const callsPerLoweredReading = 20;
// Calls that began together also end together: a reading while the limit is lowered takes some rounds of them.
const roundsPerReading = 4;
// What is usual doubles in this time at most.
const doublingMs = 20_000;
// How long the limit is in use before it is lowered, and how long it stays lowered at most.
const useBeforeLoweringMs = 10_000;
const latenciesBeforeLowering = 50;
const latenciesLowered = 20;
// A reading so far below what is usual shows that more of it was a queue than one reading tells.
const farBelow = 0.75;
const lowerAgainMs = 1000;

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
  /** Whether `ms` comes from a whole reading, and not from a few calls. */
  isKnown = false;
  /** Whether the limit is lowered to the calm one, for a reading. */
  isLowered = false;
  readonly #ofAll = new Reading();
  readonly #ofCalm = new Reading();
  #readAtMs = 0;
  #sampledAtMs = 0;
  /** When the limit may be lowered next; while it is lowered, when that ends. */
  #dueAtMs = 0;

  sample(sample: LatencySample): void {
    const { nowMs, inFlight, limit, calmLimit } = sample;
    this.#readAll(sample);
    if (inFlight <= calmLimit) this.#readCalm(sample);
    else this.#ofCalm.clear();
    this.#sampledAtMs = nowMs;
    if (this.isLowered) this.endLowering(sample);
    else if (inFlight < limit / 2) this.#lowerLater(sample);
    else if (this.isKnown && inFlight >= limit && nowMs >= this.#dueAtMs) this.#lower(sample);
  }

  /** Takes over what an earlier process has found to be usual. */
  restore(ms: number, nowMs: number): void {
    this.ms = ms;
    this.isKnown = true;
    this.#readAtMs = this.#dueAtMs = nowMs;
  }

  /** Ends a lowering that has brought no reading in time. */
  endLowering({ latencyMs, nowMs }: Pick<LatencySample, 'latencyMs' | 'nowMs'>): void {
    if (!this.isLowered || nowMs < this.#dueAtMs) return;
    this.isLowered = false;
    this.#lowerLater({ latencyMs, nowMs });
  }

  #readAll({ latencyMs, nowMs }: LatencySample): void {
    this.#ofAll.add(latencyMs, nowMs);
    if (!this.isKnown) this.ms = this.#ofAll.meanMs;
    if (!this.#ofAll.isComplete(callsPerReading, nowMs - readingMs)) return;
    if (!this.isKnown) this.#readAtMs = this.#dueAtMs = nowMs;
    this.isKnown = true;
    // With a queue or without, it is usual to take no longer.
    this.#fallTo(this.#ofAll.meanMs);
    this.#ofAll.clear();
  }

  #readCalm(sample: LatencySample): void {
    const { latencyMs, nowMs, inFlight, calmLimit } = sample;
    // While the limit is lowered the mean comes from Little's law. The calls that end within so short a time are the
    // quick ones, and some of them have waited in the queue that there was before. A call begins when another ends, so
    // a longer time than its latency is one in which nobody called, or this process was stalled.
    const sinceLastMs = Math.min(nowMs - this.#sampledAtMs, latencyMs);
    const amountMs = this.isLowered ? inFlight * sinceLastMs : latencyMs;
    this.#ofCalm.add(amountMs, nowMs);
    const isComplete = this.isLowered
      ? this.#ofCalm.isComplete(Math.max(callsPerLoweredReading, roundsPerReading * calmLimit), nowMs)
      : this.#ofCalm.isComplete(callsPerReading, nowMs - readingMs);
    if (!isComplete) return;
    const { meanMs } = this.#ofCalm;
    const isFarBelow = meanMs < farBelow * this.ms;
    this.#ofCalm.clear();
    if (isFarBelow) this.ms = meanMs;
    else this.#fallTo(meanMs);
    this.#riseTo(meanMs, nowMs);
    this.isLowered = false;
    this.#lowerLater(sample);
    if (isFarBelow) this.#dueAtMs = nowMs + lowerAgainMs;
  }

  #fallTo(meanMs: number): void {
    if (meanMs < this.ms) this.ms = (this.ms + meanMs) / 2;
  }

  #riseTo(meanMs: number, nowMs: number): void {
    // One reading after a quiet hour is no evidence of an hour.
    const forMs = Math.min(nowMs - this.#readAtMs, doublingMs);
    if (meanMs > this.ms) this.ms = Math.min(meanMs, this.ms * 2 ** (forMs / doublingMs));
    this.#readAtMs = nowMs;
  }

  #lower({ latencyMs, nowMs }: LatencySample): void {
    this.isLowered = true;
    this.#ofCalm.clear();
    this.#dueAtMs = nowMs + latenciesLowered * Math.max(latencyMs, this.ms);
  }

  #lowerLater({ latencyMs, nowMs }: Pick<LatencySample, 'latencyMs' | 'nowMs'>): void {
    this.#dueAtMs = nowMs + Math.max(useBeforeLoweringMs, latenciesBeforeLowering * latencyMs);
  }
}

/** The mean of some calls. */
class Reading {
  #sumMs = 0;
  #calls = 0;
  #sinceMs = 0;

  get meanMs(): number {
    return this.#sumMs / this.#calls;
  }

  add(latencyMs: number, nowMs: number): void {
    if (this.#calls === 0) this.#sinceMs = nowMs;
    this.#calls++;
    this.#sumMs += latencyMs;
  }

  isComplete(calls: number, sinceMs: number): boolean {
    return this.#calls >= calls && this.#sinceMs <= sinceMs;
  }

  clear(): void {
    this.#sumMs = 0;
    this.#calls = 0;
  }
}
