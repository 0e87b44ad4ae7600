import type { Call } from './call.ts';
import type { Outcome, Verdict } from './outcome.ts';
import { verdictOf } from './verdict.ts';

/** What the latest attempt of a call says about the health of the dependency. */
export function callVerdict(call: Call, slowCallMs: number): Verdict {
  const outcome = call.outcome as Outcome;
  // A caller's cancel or short deadline says nothing about the dependency, unless the attempt was slow by then: where
  // all callers have short deadlines, a dependency that hangs shows in no other way.
  const isCutShort =
    outcome.kind === 'cancelled' || (outcome.kind === 'timeout' && outcome.code === 'E_DEADLINE');
  if (isCutShort) return isSlow(call, slowCallMs) ? 'failure' : 'neutral';
  return verdictOf(outcome);
}

export function isSlow(call: Call, slowCallMs: number): boolean {
  return call.nowMs - call.attemptStartedAtMs >= slowCallMs;
}
