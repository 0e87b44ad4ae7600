import type { Countdown } from '../time/countdown.ts';

/** Shares of the calls let through between the probes and all of them. */
export const rampRatios = [0.1, 0.25, 0.5] as const;

/** The way back to closed: first a number of probes, then a growing share of the calls. Each of them must succeed. */
export class Recovery {
  readonly #probes: number;
  readonly #rampStageMs: number;
  readonly #decide = Promise.withResolvers<void>();
  #decided: 'passed' | 'failed' | undefined;
  #begun = 0;
  #passed = 0;
  /** The index in `rampRatios`; undefined while probing. */
  #stage: number | undefined;
  #stageSinceMs = 0;
  #credit = 0;
  #admittedAtMs = 0;

  constructor(probes: number, rampStageMs: number) {
    this.#probes = probes;
    this.#rampStageMs = rampStageMs;
  }

  /** Resolves when the dependency has recovered, rejects when it has not. */
  get verdict(): Promise<void> {
    return this.#decide.promise;
  }

  /** Whether one more call may try. */
  admits(nowMs: number): boolean {
    if (this.#decided === 'failed') return false;
    return this.#stage === undefined ? this.#admitsProbe() : this.#admitsShare(nowMs);
  }

  /** The share of calls let through now; 0 while probing. */
  get share(): number {
    return this.#stage === undefined ? 0 : (rampRatios[this.#stage] as number);
  }

  passed(nowMs: number): void {
    if (this.#decided !== undefined) return;
    this.#passed++;
    if (
      this.#stage === undefined
        ? this.#passed >= this.#probes
        : nowMs - this.#stageSinceMs >= this.#rampStageMs
    ) {
      this.#climb(nowMs);
    }
  }

  /** One failure is enough. False if all was decided before. */
  fail(): boolean {
    if (this.#decided !== undefined) return false;
    this.#decided = 'failed';
    this.#decide.reject(new Error('the dependency has not recovered'));
    return true;
  }

  /** A cancelled probe gives its place to another call. */
  neutral(): void {
    if (this.#stage === undefined) this.#begun--;
  }

  #admitsProbe(): boolean {
    if (this.#begun >= this.#probes) return false;
    this.#begun++;
    return true;
  }

  /** A share of few calls would be none for a long time, so one call for each stage's time passes as well. */
  #admitsShare(nowMs: number): boolean {
    this.#credit += this.share;
    const isDue = this.#rampStageMs > 0 && nowMs - this.#admittedAtMs >= this.#rampStageMs;
    if (this.#credit < 1 && !isDue) return false;
    this.#credit = Math.max(0, this.#credit - 1);
    this.#admittedAtMs = nowMs;
    return true;
  }

  #climb(nowMs: number): void {
    const next = this.#stage === undefined ? 0 : this.#stage + 1;
    if (next === rampRatios.length) {
      this.#decided = 'passed';
      this.#decide.resolve();
      return;
    }
    this.#stage = next;
    this.#stageSinceMs = nowMs;
    this.#admittedAtMs = nowMs;
    // However little traffic there is, the first call of a stage passes.
    this.#credit = 1 - (rampRatios[next] as number);
  }
}

/** A call that decides whether the dependency is back, with the time by which it must have. */
export class Probe {
  readonly recovery: Recovery;
  readonly timeout: Countdown;

  constructor(recovery: Recovery, timeout: Countdown) {
    this.recovery = recovery;
    this.timeout = timeout;
  }
}
