import type { Call } from './call.ts';
import type { Outcome, Verdict } from './outcome.ts';
import { verdictOf } from './verdict.ts';

/** What the latest attempt of a call says about the health of the dependency. */
export function callVerdict(call: Call): Verdict {
  return isCutShort(call.outcome as Outcome) ? 'neutral' : verdictOf(call.outcome as Outcome);
}

export function isSlow(call: Call, slowCallMs: number): boolean {
  return call.attemptMs >= slowCallMs;
}

/**
 * The caller cancelled, or brought too little time: that says nothing about the dependency, unless the attempt was slow
 * by then. It is then a slow call like any other, and no failure (resilience4j#682): where all callers have short
 * deadlines, a dependency that hangs shows in no other way.
 */
export function isCutShort(outcome: Outcome): boolean {
  return outcome.kind === 'cancelled' || (outcome.kind === 'timeout' && outcome.code === 'E_DEADLINE');
}
