import type { Call } from './call.ts';
import type { Outcome } from './outcome.ts';
import { type FailureTest, type Verdict, verdictOf } from './verdict.ts';

/** What the latest attempt of a call says about the health of the dependency. */
export function callVerdict(call: Call, slowCallMs: number, isFailure: FailureTest): Verdict {
  const outcome = call.outcome as Outcome;
  // A caller who brought too little time, or left, says nothing about the dependency - unless it was slow by any
  // measure: behind an edge with short deadlines, nothing else is ever heard of a dependency that hangs.
  const isCutShort =
    outcome.kind === 'cancelled' || (outcome.kind === 'timeout' && outcome.code === 'E_DEADLINE');
  if (isCutShort) return isSlow(call, slowCallMs) ? 'failure' : 'neutral';
  return verdictOf(outcome, isFailure);
}

export function isSlow(call: Call, slowCallMs: number): boolean {
  return call.nowMs - call.attemptStartedAtMs >= slowCallMs;
}
