/** The settings the breaker and its model run with. */
export const settings = {
  windowMs: 1000,
  minCalls: 4,
  failureRatio: 0.5,
  slowCallMs: 100,
  slowRatio: 0.75,
  openMs: 100,
  maxOpenMs: 300,
  openJitterRatio: 0,
  probes: 2,
  probeTimeoutMs: 150,
  rampStageMs: 20,
} as const;

export type Ending = 'success' | 'failed' | 'cancelled';

export interface ModelCall {
  /** The era it began in: it tells nothing to a later one. */
  readonly era: number;
  readonly begunAtMs: number;
}

const ramp = [0.1, 0.25, 0.5];

/** The breaker as its documentation tells it: lists for rings, no timers, no opossum, and an era per state. */
export class BreakerModel {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  #era = 0;
  #seen: { bucket: number; failed: boolean; slow: boolean }[] = [];
  readonly #running = new Set<ModelCall>();
  #nextLookMs = 0;
  #opensInARow = 0;
  #halfOpensAtMs = 0;
  readonly #probes = new Set<ModelCall>();
  #probesBegun = 0;
  #passed = 0;
  #stage = -1;
  #stageSinceMs = 0;
  #credit = 0;
  #admittedAtMs = 0;

  /** Lets time pass: what is due happens in order. */
  tell(nowMs: number): void {
    const probeDueMs = Math.min(...[...this.#probes].map(dueMs));
    if (this.state === 'open' && this.#halfOpensAtMs <= nowMs) this.#enter('half-open');
    else if (this.state === 'half-open' && probeDueMs <= nowMs) this.#open(probeDueMs);
    else return;
    this.tell(nowMs);
  }

  begin(nowMs: number): ModelCall | undefined {
    this.tell(nowMs);
    this.#look(nowMs);
    const call = { era: this.#era, begunAtMs: nowMs };
    if (this.state === 'open') return undefined;
    if (this.state === 'half-open') {
      if (!this.#admitsProbe(nowMs)) return undefined;
      this.#probes.add(call);
    }
    this.#running.add(call);
    return call;
  }

  end(call: ModelCall, ending: Ending, nowMs: number): void {
    this.tell(nowMs);
    this.#probes.delete(call);
    this.#running.delete(call);
    if (call.era !== this.#era) return;
    const slow = nowMs - call.begunAtMs >= settings.slowCallMs;
    if (this.state === 'half-open') this.#judge(ending, slow, nowMs);
    else if (ending !== 'cancelled' || slow) this.#count(ending === 'failed', slow, nowMs);
  }

  /** The calls in flight that are slow already count as slow, at most every tenth of `slowCallMs`. */
  #look(nowMs: number): void {
    if (this.state !== 'closed' || nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + settings.slowCallMs / 10;
    const slow = [...this.#running].filter(
      (call) => call.era === this.#era && nowMs - call.begunAtMs >= settings.slowCallMs,
    );
    if (slow.length > 0) this.#openIfIll(nowMs, slow.length);
  }

  #count(failed: boolean, slow: boolean, nowMs: number): void {
    this.#seen.push({ bucket: bucketOf(nowMs), failed, slow });
    if (failed || slow) this.#openIfIll(nowMs, 0);
  }

  #openIfIll(nowMs: number, slowInFlight: number): void {
    this.#seen = this.#seen.filter((one) => one.bucket > bucketOf(nowMs) - 10);
    const total = this.#seen.length + slowInFlight;
    const failed = this.#seen.filter((one) => one.failed).length;
    const slow = this.#seen.filter((one) => one.slow).length + slowInFlight;
    const tooHigh = failed / total >= settings.failureRatio || slow / total >= settings.slowRatio;
    if (tooHigh && total >= settings.minCalls) this.#open(nowMs);
  }

  #judge(ending: Ending, slow: boolean, nowMs: number): void {
    if (ending === 'failed' || slow) this.#open(nowMs);
    else if (ending === 'success') this.#pass(nowMs);
    else if (this.#stage < 0) this.#probesBegun--;
  }

  #pass(nowMs: number): void {
    this.#passed++;
    const climbs =
      this.#stage < 0 ? this.#passed === settings.probes : nowMs - this.#stageSinceMs >= settings.rampStageMs;
    if (!climbs) return;
    this.#stage++;
    this.#stageSinceMs = nowMs;
    this.#admittedAtMs = nowMs;
    this.#credit = 1 - (ramp[this.#stage] ?? 0);
    if (this.#stage < ramp.length) return;
    this.#opensInARow = 0;
    this.#enter('closed');
  }

  #admitsProbe(nowMs: number): boolean {
    if (this.#stage < 0) return this.#probesBegun < settings.probes && ++this.#probesBegun > 0;
    this.#credit += ramp[this.#stage] as number;
    if (this.#credit < 1 && nowMs - this.#admittedAtMs < settings.rampStageMs) return false;
    this.#credit = Math.max(0, this.#credit - 1);
    this.#admittedAtMs = nowMs;
    return true;
  }

  #open(nowMs: number): void {
    this.#halfOpensAtMs = nowMs + Math.min(settings.maxOpenMs, settings.openMs * 2 ** this.#opensInARow);
    this.#opensInARow++;
    this.#enter('open');
  }

  #enter(state: BreakerModel['state']): void {
    this.state = state;
    this.#era++;
    this.#seen = [];
    this.#probes.clear();
    this.#probesBegun = 0;
    this.#passed = 0;
    this.#stage = -1;
  }
}

const bucketOf = (nowMs: number) => Math.floor(nowMs / (settings.windowMs / 10));

// Expiries are kept in slots of 5 ms: a probe is over at the first multiple of it.
function dueMs(probe: ModelCall): number {
  return Math.ceil((probe.begunAtMs + settings.probeTimeoutMs) / 5) * 5;
}
