import { above, atLeast, integer, onOff, type Rules } from '../primitives/options.ts';
import { RollingWindow } from '../time/rolling-window.ts';

export interface RetryBudgetSettings {
  readonly enabled: boolean;
  /** Retries and hedges allowed per request. */
  readonly ratio: number;
  /** Retries always allowed in a window, so that a quiet caller may retry at all. */
  readonly minRetries: number;
  readonly windowMs: number;
}

/** SRE book: 10 % per client keeps an outage at 1.1 times the load instead of 3 times. */
export const retryBudgetDefaults: RetryBudgetSettings = {
  enabled: true,
  ratio: 0.1,
  minRetries: 3,
  windowMs: 10_000,
};

export const retryBudgetRules: Rules = {
  enabled: onOff,
  ratio: atLeast(0),
  minRetries: integer(0),
  windowMs: above(0),
};

/** What the budget has seen in its window. */
export interface RetryBudgetMemory {
  readonly requests: number;
  readonly retries: number;
}

const requests = 0;
const retries = 1;

/** What all calls of one dependency may spend together on asking again. */
export class RetryBudget {
  #settings: RetryBudgetSettings;
  #window: RollingWindow;

  constructor(settings: RetryBudgetSettings) {
    this.#settings = settings;
    this.#window = new RollingWindow(settings.windowMs, 2);
  }

  countRequest(nowMs: number): void {
    this.#window.add(requests, nowMs);
  }

  /** Takes one retry out of the budget, or answers false. */
  spend(nowMs: number): boolean {
    if (this.#settings.enabled && this.available(nowMs) < 1) return false;
    this.#window.add(retries, nowMs);
    return true;
  }

  capacity(nowMs: number): number {
    const { ratio, minRetries } = this.#settings;
    return Math.max(minRetries, Math.floor(ratio * this.#window.sum(requests, nowMs)));
  }

  available(nowMs: number): number {
    return Math.max(0, this.capacity(nowMs) - this.#window.sum(retries, nowMs));
  }

  exportMemory(nowMs: number): RetryBudgetMemory {
    return { requests: this.#window.sum(requests, nowMs), retries: this.#window.sum(retries, nowMs) };
  }

  restoreMemory(memory: RetryBudgetMemory, ageMs: number, nowMs: number): void {
    if (ageMs >= this.#settings.windowMs) return;
    this.#window.addMany(requests, memory.requests, nowMs);
    this.#window.addMany(retries, memory.retries, nowMs);
  }

  configure(settings: RetryBudgetSettings): void {
    if (settings.windowMs !== this.#settings.windowMs) this.#window = new RollingWindow(settings.windowMs, 2);
    this.#settings = settings;
  }
}
