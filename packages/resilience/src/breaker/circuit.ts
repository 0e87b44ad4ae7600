import type { BreakerState } from '../pipeline/events.ts';
import type { Rejection } from '../pipeline/outcome.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import type { Timer } from '../primitives/clock.ts';
import { asNobody } from '../primitives/nobody.ts';
import { halfOpenRejection, isolatedRejection, openRejection } from './breaker-rejections.ts';
import {
  askedOpenTimeMs,
  type BreakerMemory,
  type BreakerSnapshot,
  type OpenedBy,
  openTimeMs,
  type ResolvedBreakerSettings,
} from './breaker-settings.ts';
import { Generation } from './generation.ts';
import { OpossumCircuit } from './opossum-circuit.ts';
import { Recovery } from './recovery.ts';

type OpenData = Pick<BreakerSnapshot, 'openUntilMs' | 'retryInMs' | 'recovering'>;

/** The circuit of one dependency: opossum's state behind a gate that isolates by hand, and the data that hang on it. */
export class Circuit {
  readonly #runtime: Runtime;
  readonly #onClosed: () => void;
  #settings: ResolvedBreakerSettings;
  /** Opossum, which holds the state. There is none while the circuit is closed: most dependencies never need one. */
  #opossum: OpossumCircuit | undefined;
  /** Replaced with every change of state: what a call learned under an earlier one does not count. */
  generation = new Generation();
  /** Why the state is about to change. */
  #reason = '';
  /** The state of the last event. */
  #reportedState: BreakerState = 'closed';
  #openedBy: OpenedBy = 'failureRatio';
  #opensInARow = 0;
  /** Until when the dependency has asked not to be asked; undefined when it has said nothing. */
  #askedUntilMs: number | undefined;
  /** How long a circuit in an earlier process would still be open. */
  #restoredMs: number | undefined;
  #openUntilMs = 0;
  #openTimer: Timer | undefined;
  #isDisposed = false;
  #recovery: Recovery | undefined;

  constructor(runtime: Runtime, settings: ResolvedBreakerSettings, onClosed: () => void) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#onClosed = onClosed;
    if (settings.isolated) this.#isolate();
  }

  /** The cheap form of `state === 'closed'`, asked for every call. */
  get isClosed(): boolean {
    return this.#opossum === undefined && !this.#settings.isolated;
  }

  get state(): BreakerState {
    return this.#settings.isolated ? 'isolated' : (this.#opossum?.state ?? 'closed');
  }

  /** The recovery that runs; only while half-open. */
  get recovery(): Recovery | undefined {
    return this.state === 'half-open' ? this.#recovery : undefined;
  }

  /** Opens for its own time, or until the dependency has asked to come back. */
  open(by: OpenedBy, askedUntilMs?: number): void {
    this.#openedBy = by;
    this.#askedUntilMs = askedUntilMs;
    this.#reason = by;
    this.#openOpossum();
  }

  /** Fails a recovery; the circuit opens again unless the recovery was decided before. */
  fail(recovery: Recovery, reason: string, askedUntilMs?: number): void {
    if (!recovery.fail()) return;
    this.#reason = reason;
    this.#askedUntilMs = askedUntilMs;
  }

  exportMemory(nowMs: number): Omit<BreakerMemory, 'window'> {
    const { state } = this;
    const openForMs = state === 'open' ? Math.max(0, this.#openUntilMs - nowMs) : 0;
    return { state, openForMs, opensInARow: this.#opensInARow, openedBy: this.#openedBy };
  }

  /** Opens for the rest of the time that a circuit in another process was open, unless this one knows better. */
  restoreMemory({ state, openForMs, opensInARow, openedBy }: BreakerMemory, ageMs: number): void {
    if (!this.isClosed || (state !== 'open' && state !== 'half-open')) return;
    this.#openedBy = openedBy;
    this.#opensInARow = opensInARow;
    this.#reason = 'restored';
    this.#restoredMs = Math.max(0, Math.min(openForMs - ageMs, this.#settings.maxOpenMs));
    this.#openOpossum();
  }

  configure(settings: ResolvedBreakerSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (settings.isolated && !before.isolated) this.#isolate();
    else if (!settings.isolated && before.isolated) this.#close('released');
    else if (!settings.enabled && !settings.isolated) this.#close('disabled');
  }

  /** Half-open as soon as the open time is over: its timer is late after a stall, and lost with fake timers. */
  endOpenTime(nowMs: number): void {
    if (this.state === 'open' && nowMs >= this.#openUntilMs) this.#opossum?.halfOpen();
  }

  /** Why a call may not pass now. */
  rejection(nowMs: number): Rejection {
    const { state } = this;
    if (state === 'isolated') return isolatedRejection;
    if (state === 'half-open') return halfOpenRejection(this.#settings);
    const retryAfterMs = Math.max(0, Math.ceil(this.#openUntilMs - nowMs));
    return openRejection(this.#settings, this.#openedBy, retryAfterMs);
  }

  snapshot(nowMs: number): OpenData & Pick<BreakerSnapshot, 'state'> {
    const { state, recovery } = this;
    if (recovery !== undefined) return { state, recovering: recovery.share };
    if (state !== 'open') return { state };
    return { state, openUntilMs: this.#openUntilMs, retryInMs: Math.max(0, this.#openUntilMs - nowMs) };
  }

  /** Cancels its timers, and stays as it is. */
  dispose(): void {
    this.#isDisposed = true;
    this.#openTimer?.cancel();
    this.#opossum?.shutdown();
  }

  #openOpossum(): void {
    if (this.#isDisposed) return;
    this.#opossum ??= new OpossumCircuit({
      opened: () => this.#opened(),
      halfOpened: () => this.#halfOpened(),
      closed: () => this.#closed(),
    });
    this.#opossum.open();
  }

  #isolate(): void {
    // Opossum opens too, but could not keep it: its own timer, or a recovery, would close it again.
    this.#openOpossum();
    this.#changed('isolated');
  }

  #close(reason: string): void {
    this.#reason = reason;
    if (this.#opossum !== undefined) this.#opossum.close();
    else if (this.#reportedState !== 'closed') this.#closed();
  }

  #opened(): void {
    if (this.#settings.isolated) return;
    const { clock } = this.#runtime;
    const nowMs = clock.now();
    const forMs = this.#openMs(nowMs);
    this.#openUntilMs = nowMs + forMs;
    const halfOpen = () => this.#opossum?.halfOpen();
    const openTimer = asNobody(() => clock.setTimer(halfOpen, forMs, 'background'));
    this.#changed(this.#reason, openTimer);
  }

  #openMs(nowMs: number): number {
    const restoredMs = this.#restoredMs;
    this.#restoredMs = undefined;
    if (restoredMs !== undefined) return restoredMs;
    if (this.#askedUntilMs === undefined) {
      return openTimeMs(this.#settings, this.#opensInARow++, this.#runtime.random());
    }
    const askedMs = Math.max(0, this.#askedUntilMs - nowMs);
    return askedOpenTimeMs(this.#settings, askedMs, this.#runtime.random());
  }

  #halfOpened(): void {
    if (this.#settings.isolated) return;
    const recovery = new Recovery(this.#settings.probes, this.#settings.rampStageMs);
    this.#reason = 'recovered';
    this.#opossum?.decide(recovery.verdict);
    this.#changed('open time over', undefined, recovery);
  }

  #closed(): void {
    this.#opossum?.shutdown();
    this.#opossum = undefined;
    this.#opensInARow = 0;
    this.#onClosed();
    if (!this.#settings.isolated) this.#changed(this.#reason);
  }

  /** The event goes out last: a listener may isolate or release, and its change must be the one that stays. */
  #changed(reason: string, openTimer?: Timer, recovery?: Recovery): void {
    this.generation = new Generation();
    this.#openTimer?.cancel();
    this.#openTimer = openTimer;
    this.#recovery = recovery;
    const from = this.#reportedState;
    const to = this.state;
    this.#reportedState = to;
    const { events, clock } = this.#runtime;
    if (events.listening) {
      events.emit({
        type: 'breaker.transition',
        from,
        to,
        reason,
        dependency: this.#runtime.name,
        at: clock.now(),
        context: undefined,
      });
    }
  }
}
