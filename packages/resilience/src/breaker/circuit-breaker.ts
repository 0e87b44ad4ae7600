import type { Call } from '../pipeline/call.ts';
import { callVerdict, isCutShort, isSlow } from '../pipeline/call-verdict.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { Countdown } from '../time/countdown.ts';
import { AskedWaits, askedUntilMs } from './asked-waits.ts';
import type { BreakerMemory, BreakerSnapshot, ResolvedBreakerSettings } from './breaker-settings.ts';
import { Circuit } from './circuit.ts';
import { Generation } from './generation.ts';
import { HealthWindow } from './health-window.ts';
import { Probe, type Recovery } from './recovery.ts';

/** Stops asking a dependency that fails or has become slow, and comes back to it carefully. */
export class CircuitBreaker extends Layer {
  readonly #runtime: Runtime;
  readonly #circuit: Circuit;
  #settings: ResolvedBreakerSettings;
  #window: HealthWindow;
  /** When the calls in flight are looked at again. */
  #nextLookMs = 0;
  readonly #askedWaits = new AskedWaits();

  constructor(runtime: Runtime, settings: ResolvedBreakerSettings) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#window = new HealthWindow(settings.windowMs);
    this.#circuit = new Circuit(runtime, settings, () => this.#window.clear());
  }

  get isClosed(): boolean {
    return this.#circuit.isClosed;
  }

  /** Cancels what would wake it. */
  dispose(): void {
    this.#circuit.dispose();
  }

  override enter(call: Call): void {
    const circuit = this.#circuit;
    if (circuit.isClosed && call.nowMs >= this.#nextLookMs) this.#lookAtCallsInFlight(call.nowMs);
    if (circuit.isClosed) {
      call.ticket = circuit.generation;
      circuit.generation.add(call);
      this.inner.enter(call);
    } else this.#enterProtected(call);
  }

  override leave(call: Call): void {
    const { ticket } = call;
    if (ticket instanceof Generation) ticket.delete(call);
    if (ticket === this.#circuit.generation) this.#count(call);
    else if (ticket instanceof Probe) this.#judge(ticket, call);
    if (call.isHeld) call.whenBroken(() => this.#countBroken(ticket));
    this.outer.leave(call);
  }

  configure(settings: ResolvedBreakerSettings): void {
    if (settings.windowMs !== this.#settings.windowMs) this.#window = new HealthWindow(settings.windowMs);
    this.#settings = settings;
    this.#circuit.configure(settings);
  }

  snapshot(): BreakerSnapshot {
    const nowMs = this.#runtime.clock.now();
    const { enabled } = this.#settings;
    const circuit = this.#circuit.snapshot(nowMs);
    return { enabled, ...circuit, ...this.#window.snapshot(nowMs), settings: this.#settings };
  }

  exportMemory(nowMs: number): BreakerMemory {
    return { ...this.#circuit.exportMemory(nowMs), window: this.#window.exportMemory(nowMs) };
  }

  /** What an earlier process knew; whether it was isolated is a setting. */
  restoreMemory(memory: BreakerMemory, ageMs: number, nowMs: number): void {
    if (!this.#settings.enabled || !this.#circuit.isClosed) return;
    if (ageMs < this.#settings.windowMs) this.#window.restoreMemory(memory.window, nowMs);
    this.#circuit.restoreMemory(memory, ageMs);
  }

  #enterProtected(call: Call): void {
    const circuit = this.#circuit;
    circuit.endOpenTime(call.nowMs);
    const { recovery } = circuit;
    if (recovery?.admits(call.nowMs)) {
      call.ticket = this.#beginProbe(recovery, call.nowMs);
      this.inner.enter(call);
    } else this.settle(call, { kind: 'rejected', rejection: circuit.rejection(call.nowMs) });
  }

  #count(call: Call): void {
    const { enabled, slowCallMs } = this.#settings;
    if (!enabled) return;
    const verdict = callVerdict(call);
    if (verdict === 'busy') this.#countBusy(call);
    else if (verdict === 'success' || verdict === 'caller' || verdict === 'failure') this.#askedWaits.clear();
    const wasSlow = isSlow(call, slowCallMs);
    const isCounted =
      verdict === 'success' || verdict === 'failure' || (wasSlow && isCutShort(call.outcome as Outcome));
    if (!isCounted) return;
    this.#window.count(call.nowMs, verdict === 'failure', wasSlow);
    if (verdict !== 'failure' && !wasSlow) return;
    const tooHigh = this.#window.tooHighRatio(this.#settings, call.nowMs);
    if (tooHigh !== undefined) this.#circuit.open(tooHigh);
  }

  /** What came after the answer has failed: one more failure, since the answer was a success. */
  #countBroken(ticket: unknown): void {
    if (ticket !== this.#circuit.generation || !this.#settings.enabled) return;
    const nowMs = this.#runtime.clock.now();
    this.#window.count(nowMs, true, false);
    const tooHigh = this.#window.tooHighRatio(this.#settings, nowMs);
    if (tooHigh !== undefined) this.#circuit.open(tooHigh);
  }

  #countBusy(call: Call): void {
    const untilMs = askedUntilMs(call);
    if (untilMs === undefined) return;
    this.#askedWaits.add(untilMs);
    const { inARow, latestMs } = this.#askedWaits;
    if (inARow < this.#settings.busyCalls || latestMs <= call.nowMs) return;
    this.#askedWaits.clear();
    this.#circuit.open('busyCalls', latestMs);
  }

  /**
   * A dependency that hangs answers no call, so the calls that have no answer say it; each call that enters may look.
   */
  #lookAtCallsInFlight(nowMs: number): void {
    const { enabled, slowCallMs } = this.#settings;
    this.#nextLookMs = nowMs + slowCallMs / 10;
    if (!enabled) return;
    const slow = this.#circuit.generation.slow(slowCallMs, nowMs);
    if (slow === 0) return;
    const tooHigh = this.#window.tooHighRatio(this.#settings, nowMs, slow);
    if (tooHigh !== undefined) this.#circuit.open(tooHigh);
  }

  #beginProbe(recovery: Recovery, nowMs: number): Probe {
    const timeout = new Countdown(this.#runtime.timers, this.#settings.probeTimeoutMs, nowMs, () =>
      this.#circuit.fail(recovery, 'probe unanswered'),
    );
    return new Probe(recovery, timeout);
  }

  #judge(probe: Probe, call: Call): void {
    const { recovery, timeout } = probe;
    const { slowCallMs } = this.#settings;
    timeout.cancel();
    const verdict = callVerdict(call);
    if (verdict === 'failure') this.#circuit.fail(recovery, 'probe failed');
    else if (verdict === 'busy') this.#circuit.fail(recovery, 'probe busy', askedUntilMs(call));
    else if (verdict === 'uncounted') recovery.neutral();
    else if (isSlow(call, slowCallMs)) this.#circuit.fail(recovery, 'probe slow');
    // A caller's fault has been found by a dependency that answers.
    else if (verdict === 'success' || verdict === 'caller') recovery.passed(call.nowMs);
    else recovery.neutral();
  }
}
