import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import {
  above,
  anObject,
  atLeast,
  checkArgument,
  integer,
  onOff,
  type Patch,
  type Rules,
  withPatch,
} from '../primitives/options.ts';

export interface ShedderSettings {
  readonly enabled: boolean;
  /** Requests at work at once, at most. Under strain the limit goes down to `minInFlight`. */
  readonly maxInFlight: number;
  /** With a lower `maxInFlight`, that is the floor too. */
  readonly minInFlight: number;
  /** Overloaded while timers run later than this on average. */
  readonly maxLoopDelayMs: number;
  /**
   * Overloaded while work waits longer than this on average in a queue of this process, as reported to `queueWaited`.
   */
  readonly maxQueueWaitMs: number;
  /** How often load is judged. */
  readonly intervalMs: number;
  /**
   * The shortest `Retry-After` of a shed request; the longest is twice that, so that clients do not return together.
   */
  readonly retryAfterMs: number;
}

/**
 * The 20 ms of queue wait are from DAGOR, WeChat's overload control. Down to 16 and no further: where other processes
 * take the CPU every wait is long, and a floor of 4 shed orders at 20 per second that could all be served.
 */
export const shedderDefaults: ShedderSettings = {
  enabled: true,
  maxInFlight: 256,
  minInFlight: 16,
  maxLoopDelayMs: 50,
  maxQueueWaitMs: 20,
  intervalMs: 100,
  retryAfterMs: 1000,
};

const shedderRules: Rules = {
  enabled: onOff,
  maxInFlight: integer(1),
  minInFlight: integer(1),
  maxLoopDelayMs: above(0),
  maxQueueWaitMs: above(0),
  intervalMs: above(0),
  retryAfterMs: atLeast(0),
};

/** `settings` with a checked patch over it; throws `InvalidOptionError` and changes nothing. */
export function patchShedder(settings: ShedderSettings, patch: Patch<ShedderSettings>): ShedderSettings {
  checkArgument('load shedder', 'options', patch, anObject);
  const next = withPatch(settings, patch, shedderRules);
  const { minInFlight, maxInFlight } = next;
  // A floor that somebody named: `{ maxInFlight: 10 }` alone is no contradiction to a default of 16.
  if (patch.minInFlight !== undefined && minInFlight > maxInFlight)
    throw new InvalidOptionError('minInFlight', `<= maxInFlight (${maxInFlight})`, minInFlight);
  return next;
}
