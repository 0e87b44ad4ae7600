import type { Call } from '../pipeline/call.ts';
import { deadlineRejection } from '../pipeline/errors.ts';
import { Layer } from '../pipeline/layer.ts';
import { above, atLeast, onOff, type Rules } from '../primitives/options.ts';

export interface DeadlineSettings {
  readonly enabled: boolean;
  /** Time for the whole call: queueing, every attempt and every backoff. */
  readonly deadlineMs: number;
  /** A call with less time than this left is rejected: it could not finish. */
  readonly minRemainingMs: number;
}

export interface DeadlineSnapshot {
  readonly enabled: boolean;
  readonly settings: DeadlineSettings;
}

export const deadlineDefaults: DeadlineSettings = { enabled: true, deadlineMs: 1000, minRemainingMs: 1 };

export const deadlineRules: Rules = { enabled: onOff, deadlineMs: above(0), minRemainingMs: atLeast(0) };

/** Bounds the whole call by the shorter of the policy's deadline and the caller's remaining time. */
export class Deadline extends Layer {
  #settings: DeadlineSettings;

  constructor(settings: DeadlineSettings) {
    super();
    this.#settings = settings;
  }

  override enter(call: Call): void {
    const { enabled, minRemainingMs } = this.#settings;
    const remainingMs = this.#timeMs(call);
    if (enabled) call.deadlineAtMs = call.startedAtMs + remainingMs;
    if (enabled && remainingMs < minRemainingMs) {
      this.settle(call, { kind: 'rejected', rejection: deadlineRejection(remainingMs) });
    } else this.inner.enter(call);
  }

  /** The time that a call has in all; Infinity while the deadline is off. */
  timeMs(call: Call): number {
    return this.#settings.enabled ? this.#timeMs(call) : Number.POSITIVE_INFINITY;
  }

  configure(settings: DeadlineSettings): void {
    this.#settings = settings;
  }

  snapshot(): DeadlineSnapshot {
    return { enabled: this.#settings.enabled, settings: this.#settings };
  }

  #timeMs({ options }: Call): number {
    const { deadlineMs } = this.#settings;
    const asked = options.deadlineMs;
    return asked !== undefined && asked < deadlineMs ? asked : deadlineMs;
  }
}
