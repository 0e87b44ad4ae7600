import { above, atLeast, integer, onOff, type Rules, ratio } from './settings.ts';

export interface ShedderSettings {
  readonly enabled: boolean;
  /** Requests at work at once. `default` ones may fill 90 % of it, `sheddable` ones 70 %. */
  readonly maxInFlight: number;
  /** Overloaded while timers run this late on average. */
  readonly maxLoopDelayMs: number;
  /** Overloaded while work waits this long on average in a queue of this process, as told to `queueWaited`. */
  readonly maxQueueWaitMs: number;
  /** How often load is judged. */
  readonly intervalMs: number;
  /** Share of one priority that is shed more after an overloaded interval. */
  readonly raiseRatio: number;
  /** Share of one priority that is shed less after any other. */
  readonly relaxRatio: number;
  /** What a refused client is told to wait, at least; at most twice that, so that they do not return together. */
  readonly retryAfterMs: number;
}

/** The 20 ms of queue wait are from DAGOR, WeChat's overload control. */
export const shedderDefaults: ShedderSettings = {
  enabled: true,
  maxInFlight: 256,
  maxLoopDelayMs: 50,
  maxQueueWaitMs: 20,
  intervalMs: 100,
  raiseRatio: 0.2,
  relaxRatio: 0.05,
  retryAfterMs: 1000,
};

export const shedderRules: Rules = {
  enabled: onOff,
  maxInFlight: integer(1),
  maxLoopDelayMs: above(0),
  maxQueueWaitMs: above(0),
  intervalMs: above(0),
  raiseRatio: ratio,
  relaxRatio: ratio,
  retryAfterMs: atLeast(0),
};
