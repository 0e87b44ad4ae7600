import type { Call } from '../pipeline/call.ts';
import { callVerdict, isSlow } from '../pipeline/call-verdict.ts';
import type { BreakerState } from '../pipeline/events.ts';
import { Layer } from '../pipeline/layer.ts';
import type { Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import type { FailureTest } from '../pipeline/verdict.ts';
import type { Timer } from '../primitives/clock.ts';
import { halfOpenRejection, isolatedRejection, openRejection } from './breaker-rejections.ts';
import { type BreakerSnapshot, openTimeMs, type ResolvedBreakerSettings } from './breaker-settings.ts';
import { HealthWindow } from './health-window.ts';
import { OpossumCircuit } from './opossum-circuit.ts';
import { Probe, Recovery } from './recovery.ts';

/** Stops asking a dependency that fails or has become slow, and comes back to it carefully. */
export class CircuitBreaker extends Layer {
  readonly #runtime: Runtime;
  readonly #isFailure: FailureTest;
  #settings: ResolvedBreakerSettings;
  #window: HealthWindow;
  /** Opossum, which holds the state. There is none while the breaker is closed: most dependencies never need one. */
  #circuit: OpossumCircuit | undefined;
  /** Replaced with every change of state: what a call learned under an earlier one does not count. */
  #generation = {};
  /** Why the state is about to change. */
  #reason = '';
  /** The state of the last event. */
  #toldState: BreakerState = 'closed';
  #openedBy: 'failureRatio' | 'slowRatio' = 'failureRatio';
  #opensInARow = 0;
  #openUntilMs = 0;
  #openTimer: Timer | undefined;
  #recovery: Recovery | undefined;

  constructor(runtime: Runtime, settings: ResolvedBreakerSettings, isFailure: FailureTest) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#isFailure = isFailure;
    this.#window = new HealthWindow(settings.windowMs);
    if (settings.isolated) this.#isolate();
  }

  override enter(call: Call): void {
    if (this.#circuit === undefined) {
      call.ticket = this.#generation;
      this.inner.enter(call);
      return;
    }
    const recovery = this.#state === 'half-open' ? this.#recovery : undefined;
    if (recovery?.admits()) {
      call.ticket = this.#beginProbe(recovery, call);
      this.inner.enter(call);
    } else {
      this.settle(call, { kind: 'rejected', rejection: this.#rejection(call.nowMs) });
    }
  }

  override leave(call: Call): void {
    const { ticket } = call;
    if (ticket === this.#generation) this.#count(call);
    else if (ticket instanceof Probe) this.#judge(ticket, call);
    this.outer.leave(call);
  }

  configure(settings: ResolvedBreakerSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (settings.windowMs !== before.windowMs) this.#window = new HealthWindow(settings.windowMs);
    if (settings.isolated && !before.isolated) this.#isolate();
    else if (!settings.isolated && before.isolated) this.#close('released');
    else if (!settings.enabled && !settings.isolated) this.#close('disabled');
  }

  snapshot(): BreakerSnapshot {
    const nowMs = this.#runtime.clock.now();
    const state = this.#state;
    const recovering = this.#recovery?.share;
    return {
      enabled: this.#settings.enabled,
      state,
      ...this.#window.snapshot(nowMs),
      ...(state === 'open' && {
        openUntilMs: this.#openUntilMs,
        retryInMs: Math.max(0, this.#openUntilMs - nowMs),
      }),
      ...(state === 'half-open' && recovering !== undefined && { recovering }),
      settings: this.#settings,
    };
  }

  /** Opossum's state, behind the gate that isolates by hand. */
  get #state(): BreakerState {
    return this.#settings.isolated ? 'isolated' : (this.#circuit?.state ?? 'closed');
  }

  #rejection(nowMs: number): Rejection {
    const state = this.#state;
    if (state === 'isolated') return isolatedRejection;
    if (state === 'half-open') return halfOpenRejection(this.#settings);
    const retryAfterMs = Math.max(0, Math.ceil(this.#openUntilMs - nowMs));
    return openRejection(this.#settings, this.#openedBy, retryAfterMs);
  }

  #count(call: Call): void {
    const { enabled, slowCallMs } = this.#settings;
    const verdict = callVerdict(call, slowCallMs, this.#isFailure);
    if (!enabled || verdict === 'neutral') return;
    const wasSlow = isSlow(call, slowCallMs);
    this.#window.count(call.nowMs, verdict === 'failure', wasSlow);
    if (verdict === 'success' && !wasSlow) return;
    const tooHigh = this.#window.tooHighRatio(this.#settings, call.nowMs);
    if (tooHigh === undefined) return;
    this.#openedBy = tooHigh;
    this.#reason = tooHigh;
    this.#open();
  }

  #beginProbe(recovery: Recovery, call: Call): Probe {
    const dueMs = call.nowMs + this.#settings.probeTimeoutMs;
    const probe = new Probe(recovery, dueMs, () => this.#fail(recovery, 'probe unanswered'));
    this.#runtime.timers.add(probe, call.nowMs);
    return probe;
  }

  #judge(probe: Probe, call: Call): void {
    const { recovery } = probe;
    const { slowCallMs } = this.#settings;
    this.#runtime.timers.remove(probe);
    const verdict = callVerdict(call, slowCallMs, this.#isFailure);
    if (verdict === 'failure') this.#fail(recovery, 'probe failed');
    else if (isSlow(call, slowCallMs)) this.#fail(recovery, 'probe slow');
    else if (verdict === 'success') recovery.passed(call.nowMs);
    else recovery.neutral();
  }

  #fail(recovery: Recovery, reason: string): void {
    if (recovery.fail()) this.#reason = reason;
  }

  #open(): void {
    this.#circuit ??= new OpossumCircuit({ opened: () => this.#opened(), closed: () => this.#closed() });
    this.#circuit.open();
  }

  #close(reason: string): void {
    this.#reason = reason;
    this.#circuit?.close();
  }

  #isolate(): void {
    this.#open();
    this.#changed('isolated');
  }

  #opened(): void {
    if (this.#settings.isolated) return;
    const { clock, random } = this.#runtime;
    const forMs = openTimeMs(this.#settings, this.#opensInARow++, random());
    this.#openUntilMs = clock.now() + forMs;
    this.#changed(
      this.#reason,
      clock.setTimer(() => this.#halfOpen(), forMs, 'background'),
    );
  }

  #halfOpen(): void {
    const recovery = new Recovery(this.#settings.probes, this.#settings.rampStageMs);
    this.#reason = 'recovered';
    this.#circuit?.recover(recovery.verdict);
    this.#changed('open time over', undefined, recovery);
  }

  #closed(): void {
    this.#circuit?.shutdown();
    this.#circuit = undefined;
    this.#opensInARow = 0;
    this.#window.clear();
    this.#changed(this.#reason);
  }

  /** The listeners are told last: one of them may isolate or release, and that must be the last word. */
  #changed(reason: string, openTimer?: Timer, recovery?: Recovery): void {
    this.#generation = {};
    this.#openTimer?.cancel();
    this.#openTimer = openTimer;
    this.#recovery = recovery;
    const from = this.#toldState;
    const to = this.#state;
    this.#toldState = to;
    const { events, clock } = this.#runtime;
    if (events.listening) {
      events.emit(clock.now(), undefined, { type: 'breaker.transition', from, to, reason });
    }
  }
}
