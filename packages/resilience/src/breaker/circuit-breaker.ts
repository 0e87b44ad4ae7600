import type { Call } from '../pipeline/call.ts';
import { callVerdict, isSlow } from '../pipeline/call-verdict.ts';
import { Layer, type Runtime } from '../pipeline/layer.ts';
import type { FailureTest } from '../pipeline/verdict.ts';
import type { Timer } from '../primitives/clock.ts';
import { openTimeMs, type ResolvedBreakerSettings } from './breaker-settings.ts';
import { refusalIn, type State } from './breaker-state.ts';
import { HealthWindow } from './health-window.ts';
import { OpossumCircuit } from './opossum-circuit.ts';
import { Recovery, Trial } from './recovery.ts';

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
    const { enabled, slowCallMs } = this.#settings;
    const verdict = callVerdict(call, slowCallMs, this.#isFailure);
    if (!enabled || verdict === 'unknown') return;
    const wasSlow = isSlow(call, slowCallMs);
    this.#window.count(call.nowMs, verdict === 'unwell', wasSlow);
    if (verdict === 'well' && !wasSlow) return;
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
    const { slowCallMs } = this.#settings;
    this.#runtime.timers.remove(trial);
    const verdict = callVerdict(call, slowCallMs, this.#isFailure);
    if (verdict === 'unwell') this.#fail(recovery, 'trial failed');
    else if (isSlow(call, slowCallMs)) this.#fail(recovery, 'trial slow');
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
    this.#circuit.open();
    this.#become({ kind: 'isolated' }, 'isolated');
  }

  #opened(): void {
    if (this.#settings.isolated) return;
    const forMs = openTimeMs(this.#settings, this.#opensInARow++, this.#runtime.random());
    const untilMs = this.#runtime.clock.now() + forMs;
    const timer = this.#runtime.clock.setTimer(() => this.#halfOpen(), forMs, 'background');
    this.#become({ kind: 'open', untilMs, by: this.#openedBy }, this.#reason, timer);
  }

  #halfOpen(): void {
    const recovery = new Recovery(this.#settings.probes, this.#settings.rampStageMs);
    this.#reason = 'recovered';
    this.#circuit.recover(recovery.verdict);
    this.#become({ kind: 'half-open', recovery }, 'open time over');
  }

  #closed(): void {
    this.#opensInARow = 0;
    this.#window.clear();
    this.#become({ kind: 'closed' }, this.#reason);
  }

  /** Last of all tells the listeners: one of them may isolate or release, and that must be the last word. */
  #become(state: State, reason: string, openTimer?: Timer): void {
    const from = this.#state.kind;
    this.#openTimer?.cancel();
    this.#openTimer = openTimer;
    this.#state = state;
    const { events, clock } = this.#runtime;
    if (events.listening) {
      events.emit(clock.now(), undefined, { type: 'breaker.transition', from, to: state.kind, reason });
    }
  }
}
