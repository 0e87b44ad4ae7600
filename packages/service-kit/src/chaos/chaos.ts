import { type Clock, systemClock } from '@ballast/resilience/primitives';
import { z } from 'zod';

export const chaosFaults = [
  'latency',
  'error',
  'hang',
  'down',
  'garbage',
  'oversized',
  'slow-body',
  'stall',
  'crash',
  'capacity',
] as const;

/** The longest a fault may last, so that a forgotten one heals itself. */
export const maxFaultMs = 600_000;
/** The longest the event loop may be blocked: meanwhile not even `DELETE /chaos` gets through. */
export const maxStallMs = 10_000;

/** Body of `PUT /chaos`. */
export const faultSchema = z.strictObject({
  fault: z.enum(chaosFaults),
  /** Share of requests that are hit. */
  ratio: z.number().gt(0).max(1).default(1),
  /** Added by `latency`. */
  latencyMs: z.int().min(0).max(60_000).default(1000),
  /** Answered by `error`. */
  status: z.int().min(400).max(599).default(500),
  /** Requests that `capacity` lets pass. */
  perSecond: z.number().gt(0).max(10_000).default(50),
  forMs: z.int().min(1).max(maxFaultMs),
});

export type Fault = z.output<typeof faultSchema>;
export type FaultRequest = z.input<typeof faultSchema>;

/** A fault that is in force. */
export interface ActiveFault extends Fault {
  /** Aborted when the fault ends, by its time or by hand. */
  readonly ended: AbortSignal;
  remainingMs(): number;
}

/** The one fault a service may have at a time. */
export interface Chaos {
  active(): ActiveFault | undefined;
  start(fault: Fault): ActiveFault;
  stop(): void;
}

/** Holds the current fault and ends it by itself. */
export function createChaos(clock: Clock = systemClock): Chaos {
  let current: ActiveFault | undefined;
  let end = (): void => {};

  function stop(): void {
    end();
    current = undefined;
  }

  function start(fault: Fault): ActiveFault {
    stop();
    const ended = new AbortController();
    const endsAtMs = clock.now() + fault.forMs;
    const timer = clock.setTimer(stop, fault.forMs, 'background');
    end = () => {
      timer.cancel();
      ended.abort();
    };
    current = { ...fault, ended: ended.signal, remainingMs: () => Math.max(0, endsAtMs - clock.now()) };
    return current;
  }

  return { active: () => current, start, stop };
}
