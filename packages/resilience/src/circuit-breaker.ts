import type { ResolvedBreakerSettings } from './breaker-settings.ts';
import { refusalIn, type State } from './breaker-state.ts';
import type { Call } from './call.ts';
import type { Timer } from './clock.ts';
import { HealthWindow } from './health-window.ts';
import { Layer, type Runtime } from './layer.ts';
import { OpossumCircuit } from './opossum-circuit.ts';
import type { Outcome } from './outcome.ts';
import { Recovery, Trial } from './recovery.ts';
import { type FailureTest, type Verdict, verdictOf } from './verdict.ts';

/** Stops asking a dependency that fails or has become slow, and comes back to it carefully. */
export class CircuitBreaker extends Layer {
  readonly #runtime: Runtime;
  readonly #isFailure: FailureTest;
  readonly #circuit: OpossumCircuit;
  #settings: ResolvedBreakerSettings;
  #window: HealthWindow;
  #state: State = { kind: 'closed' };
  /** Why the circuit is about to change. */
  #reason = '';
  #openedBy: 'failureRatio' | 'slowRatio' = 'failureRatio';
  #opensInARow = 0;
  #openTimer: Timer | undefined;

  constructor(runtime: Runtime, settings: ResolvedBreakerSettings, isFailure: FailureTest) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#isFailure = isFailure;
    this.#window = new HealthWindow(settings.windowMs);
    this.#circuit = new OpossumCircuit({ opened: () => this.#opened(), closed: () => this.#closed() });
    if (settings.isolated) this.#isolate();
  }

  override enter(call: Call): void {
    const state = this.#state;
    if (state.kind === 'closed') {
      call.ticket = state;
      this.inner.enter(call);
    } else if (state.kind === 'half-open' && state.recovery.admits()) {
      call.ticket = this.#beginTrial(state.recovery, call);
      this.inner.enter(call);
    } else {
      this.settle(call, { kind: 'rejected', refusal: refusalIn(state, this.#settings, call.nowMs) });
    }
  }

  override leave(call: Call): void {
    const { ticket } = call;
    if (ticket === this.#state) this.#count(call);
    else if (ticket instanceof Trial) this.#judge(ticket, call);
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

  snapshot() {
    const nowMs = this.#runtime.clock.now();
    const state = this.#state;
    return {
      enabled: this.#settings.enabled,
      state: state.kind,
      ...this.#window.snapshot(nowMs),
      ...(state.kind === 'open' && {
        openUntilMs: state.untilMs,
        retryInMs: Math.max(0, state.untilMs - nowMs),
      }),
      ...(state.kind === 'half-open' && { recovering: state.recovery.share }),
      settings: this.#settings,
    };
  }

  #count(call: Call): void {
    const verdict = this.#verdictOn(call);
    if (!this.#settings.enabled || verdict === 'unknown') return;
    const isSlow = this.#isSlow(call);
    this.#window.count(call.nowMs, verdict === 'unwell', isSlow);
    if (verdict === 'well' && !isSlow) return;
    const tooHigh = this.#window.unwellBy(this.#settings, call.nowMs);
    if (tooHigh === undefined) return;
    this.#openedBy = tooHigh;
    this.#reason = tooHigh;
    this.#circuit.open();
  }

  #beginTrial(recovery: Recovery, call: Call): Trial {
    const dueMs = call.nowMs + this.#settings.probeTimeoutMs;
    const trial = new Trial(recovery, dueMs, () => this.#fail(recovery, 'trial unanswered'));
    this.#runtime.timers.add(trial, call.nowMs);
    return trial;
  }

  #judge(trial: Trial, call: Call): void {
    const { recovery } = trial;
    this.#runtime.timers.remove(trial);
    const verdict = this.#verdictOn(call);
    if (verdict === 'unwell') this.#fail(recovery, 'trial failed');
    else if (this.#isSlow(call)) this.#fail(recovery, 'trial slow');
    else if (verdict === 'well') recovery.passed(call.nowMs);
    else recovery.toldNothing();
  }

  #fail(recovery: Recovery, reason: string): void {
    if (recovery.fail()) this.#reason = reason;
  }

  #close(reason: string): void {
    this.#reason = reason;
    this.#circuit.close();
  }

  #isolate(): void {
    this.#become({ kind: 'isolated' }, 'isolated');
    this.#circuit.open();
  }

  #opened(): void {
    if (this.#state.kind === 'isolated') return;
    const { openMs, maxOpenMs, openJitterRatio } = this.#settings;
    const backedOffMs = Math.min(maxOpenMs, openMs * 2 ** this.#opensInARow);
    const forMs = backedOffMs * (1 + openJitterRatio * this.#runtime.random());
    this.#opensInARow++;
    const untilMs = this.#runtime.clock.now() + forMs;
    this.#become({ kind: 'open', untilMs, by: this.#openedBy }, this.#reason);
    this.#openTimer = this.#runtime.clock.setTimer(() => this.#halfOpen(), forMs, 'background');
  }

  #halfOpen(): void {
    const recovery = new Recovery(this.#settings.probes, this.#settings.rampStageMs);
    this.#reason = 'recovered';
    this.#become({ kind: 'half-open', recovery }, 'open time over');
    this.#circuit.recover(recovery.verdict);
  }

  #closed(): void {
    this.#opensInARow = 0;
    this.#window.clear();
    this.#become({ kind: 'closed' }, this.#reason);
  }

  #become(state: State, reason: string): void {
    const from = this.#state.kind;
    this.#openTimer?.cancel();
    this.#state = state;
    const { events, clock } = this.#runtime;
    if (events.listening) {
      events.emit(clock.now(), undefined, { type: 'breaker.transition', from, to: state.kind, reason });
    }
  }

  #verdictOn(call: Call): Verdict {
    const outcome = call.outcome as Outcome;
    // A caller who brought too little time, or left, says nothing about the dependency - unless it was slow by any
    // measure: behind an edge with short deadlines, nothing else is ever heard of a dependency that hangs.
    const isCutShort =
      outcome.kind === 'cancelled' || (outcome.kind === 'timeout' && outcome.code === 'E_DEADLINE');
    if (isCutShort) return this.#isSlow(call) ? 'unwell' : 'unknown';
    return verdictOf(outcome, this.#isFailure);
  }

  #isSlow(call: Call): boolean {
    return call.nowMs - call.attemptStartedAtMs >= this.#settings.slowCallMs;
  }
}
