import type { Clock, Random } from '../primitives/clock.ts';
import type { CoarseTimers } from '../time/coarse-timers.ts';
import type { ContextCarrier } from './context-carrier.ts';
import type { EventHub } from './events.ts';

/** What the layers of one dependency share. */
export interface Runtime {
  readonly name: string;
  /** Whether asking twice is safe, for calls that do not say. */
  readonly idempotent: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: CoarseTimers;
  readonly events: EventHub;
  carrier: ContextCarrier | undefined;
}
