import type { BreakerSettings } from './breaker-settings.ts';
import type { Call } from './call.ts';
import type { Timer } from './clock.ts';
import type { BreakerState } from './events.ts';
import { Layer, type Runtime } from './layer.ts';
import { OpossumCircuit } from './opossum-circuit.ts';
import type { Outcome, Refusal } from './outcome.ts';
import { Recovery, Trial } from './recovery.ts';
import { RollingWindow } from './rolling-window.ts';
import { type FailureTest, verdictOf } from './verdict.ts';

const calls = 0;
const failures = 1;
const slowCalls = 2;

/** The identity of a state object is its generation: what a call learned under another one no longer counts. */
type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'half-open'; readonly recovery: Recovery }
  | { readonly kind: 'isolated' };

/** Settings with what defaults to the attempt timeout filled in. */
export type ResolvedBreakerSettings = BreakerSettings & {
  readonly slowCallMs: number;
  readonly probeTimeoutMs: number;
};

/** Stops asking a dependency that fails or has become slow, and comes back carefully. */
export class CircuitBreaker extends Layer {
  readonly #runtime: Runtime;
  readonly #isFailure: FailureTest;
  readonly #circuit: OpossumCircuit;
  #settings: ResolvedBreakerSettings;
  #window: RollingWindow;
  #state: State = { kind: 'closed' };
  #reason = '';
  #opensInARow = 0;
  #reopening: Timer | undefined;

  constructor(runtime: Runtime, settings: ResolvedBreakerSettings, isFailure: FailureTest) {
    super();
    this.#runtime = runtime;
    this.#settings = settings;
    this.#isFailure = isFailure;
    this.#window = new RollingWindow(settings.windowMs, 3);
    this.#circuit = new OpossumCircuit({ opened: () => this.#opened(), closed: () => this.#closed() });
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
      this.settle(call, { kind: 'rejected', refusal: this.#refusal(state, call.nowMs) });
    }
  }

  override leave(call: Call): void {
    const { ticket } = call;
    if (ticket === this.#state) this.#record(call);
    else if (ticket instanceof Trial) this.#judge(ticket, call);
    this.outer.leave(call);
  }

  /** Refuses every call until `release`. */
  isolate(): void {
    if (this.#state.kind === 'isolated') return;
    this.#become({ kind: 'isolated' }, 'isolated by hand');
    this.#circuit.open();
  }

  /** Ends an isolation; the next calls go through a closed breaker with an empty window. */
  release(): void {
    if (this.#state.kind !== 'isolated') return;
    this.#reason = 'released by hand';
    this.#circuit.close();
  }

  configure(settings: ResolvedBreakerSettings): void {
    if (settings.windowMs !== this.#settings.windowMs) this.#window = new RollingWindow(settings.windowMs, 3);
    this.#settings = settings;
    if (settings.enabled || this.#state.kind === 'closed' || this.#state.kind === 'isolated') return;
    this.#reason = 'disabled';
    this.#circuit.close();
  }

  snapshot() {
    const nowMs = this.#runtime.clock.now();
    const windowCalls = this.#window.sum(calls, nowMs);
    const share = (column: number) => (windowCalls === 0 ? 0 : this.#window.sum(column, nowMs) / windowCalls);
    const open = this.#state.kind === 'open' ? this.#state : undefined;
    return {
      enabled: this.#settings.enabled,
      state: this.#state.kind as BreakerState,
      failureRatio: share(failures),
      slowRatio: share(slowCalls),
      windowCalls,
      ...(open === undefined
        ? {}
        : { openUntilMs: open.untilMs, retryInMs: Math.max(0, open.untilMs - nowMs) }),
      settings: this.#settings,
    };
  }

  #record(call: Call): void {
    if (!this.#settings.enabled) return;
    const verdict = this.#verdictOf(call);
    if (verdict === 'unknown') return;
    const { nowMs } = call;
    this.#window.add(calls, nowMs);
    if (verdict === 'unwell') this.#window.add(failures, nowMs);
    if (this.#isSlow(call)) this.#window.add(slowCalls, nowMs);
    else if (verdict === 'well') return;
    this.#openIfUnwell(nowMs);
  }

  #openIfUnwell(nowMs: number): void {
    const { minCalls, failureRatio, slowRatio } = this.#settings;
    const seen = this.#window.sum(calls, nowMs);
    if (seen < minCalls) return;
    if (this.#window.sum(failures, nowMs) >= failureRatio * seen) this.#open('failure ratio');
    else if (this.#window.sum(slowCalls, nowMs) >= slowRatio * seen) this.#open('slow-call ratio');
  }

  #open(reason: string): void {
    this.#reason = reason;
    this.#circuit.open();
  }

  #beginTrial(recovery: Recovery, call: Call): Trial {
    const trial = new Trial(recovery, call.nowMs + this.#settings.probeTimeoutMs, () =>
      this.#fail(trial, 'probe deadline'),
    );
    this.#runtime.timers.add(trial, call.nowMs);
    return trial;
  }

  #judge(trial: Trial, call: Call): void {
    this.#runtime.timers.remove(trial);
    const { recovery } = trial;
    const verdict = this.#verdictOf(call);
    if (verdict === 'unwell') this.#fail(trial, 'probe failed');
    else if (this.#isSlow(call)) this.#fail(trial, 'probe slow');
    else if (verdict === 'well') recovery.passed(call.nowMs);
    else recovery.toldNothing();
  }

  #fail(trial: Trial, reason: string): void {
    if (this.#state.kind === 'half-open' && this.#state.recovery === trial.recovery) this.#reason = reason;
    trial.recovery.failed();
  }

  #opened(): void {
    if (this.#state.kind === 'isolated') return;
    const { openMs, maxOpenMs, openJitterRatio } = this.#settings;
    const backedOffMs = Math.min(maxOpenMs, openMs * 2 ** this.#opensInARow);
    const forMs = backedOffMs * (1 + openJitterRatio * this.#runtime.random());
    this.#opensInARow++;
    this.#become({ kind: 'open', untilMs: this.#runtime.clock.now() + forMs }, this.#reason);
    this.#reopening = this.#runtime.clock.setTimer(() => this.#halfOpen(), forMs, 'background');
  }

  #halfOpen(): void {
    const recovery = new Recovery(this.#settings.probes, this.#settings.rampStageMs);
    this.#become({ kind: 'half-open', recovery }, 'open time over');
    this.#circuit.recover(recovery.verdict);
  }

  #closed(): void {
    if (this.#state.kind === 'half-open') this.#reason = this.#settings.enabled ? 'recovered' : 'disabled';
    this.#opensInARow = 0;
    this.#window.clear();
    this.#become({ kind: 'closed' }, this.#reason);
  }

  #become(state: State, reason: string): void {
    const from = this.#state.kind;
    this.#reopening?.cancel();
    this.#state = state;
    const { events, name, clock } = this.#runtime;
    if (!events.listening) return;
    events.emit({
      type: 'breaker.transition',
      dependency: name,
      at: clock.now(),
      context: undefined,
      from,
      to: state.kind,
      reason,
    });
  }

  #verdictOf(call: Call): 'well' | 'unwell' | 'unknown' {
    const outcome = call.outcome as Outcome;
    // A caller who brought too little time says nothing about the dependency, unless it was slow by any measure.
    if (outcome.kind === 'timeout' && outcome.code === 'E_DEADLINE')
      return this.#isSlow(call) ? 'unwell' : 'unknown';
    return verdictOf(outcome, this.#isFailure);
  }

  #isSlow(call: Call): boolean {
    return call.nowMs - call.attemptStartedAtMs >= this.#settings.slowCallMs;
  }

  #refusal(state: State, nowMs: number): Refusal {
    const retryAfterMs = state.kind === 'open' ? Math.max(0, Math.ceil(state.untilMs - nowMs)) : undefined;
    return {
      code: 'E_BREAKER_OPEN',
      policy: 'breaker',
      limit: this.#settings.failureRatio,
      option: 'breaker.failureRatio',
      retryAfterMs,
    };
  }
}
