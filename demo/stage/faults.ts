import type { SupervisedName } from '../topology.ts';

/** The faults a button of the page can cause. */
export const faultNames = ['latency', 'error', 'hang', 'garbage', 'down', 'stall'] as const;
export type FaultName = (typeof faultNames)[number];

/** Scenarios also use `capacity`: a service that answers only so many requests a second. */
export type StagedFault = FaultName | 'capacity';

/** A fault in force. */
export interface ActiveFault {
  readonly target: SupervisedName;
  /** A fault of the service, or what was done to its process. */
  readonly fault: StagedFault;
  readonly endsAt: number;
}
