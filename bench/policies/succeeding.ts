import {
  ballast,
  cockatielBreakerAlone,
  cockatielPipeline,
  guard,
  leanOpossum,
  mollitiaPipeline,
  opossum,
  type PlainWork,
  type Subject,
  type Work,
} from './contestants.ts';
import { allMeasures } from './measure.ts';
import type { Measures } from './report.ts';

// Work of its own for each, so that no subject inherits what the engine has learned about another's.
const succeed = (): PlainWork => async (input) => input;

function heard(): Subject {
  const guarded = guard(succeed());
  let told = 0;
  guarded.onEvent(() => told++);
  return () => guarded.call(told);
}

/** A request's own signal for each call, as a server has it. */
function signalled(): Subject {
  const guarded = guard(succeed());
  return () => guarded.call(1, { signal: new AbortController().signal });
}

const readsSignal: Work = async (input, context) => (context.signal.aborted ? 0 : input);

/** What does a call cost that succeeds? */
export const succeeding = (rounds: number): Promise<Measures> =>
  allMeasures(
    {
      'bare async call': (
        (work) => () =>
          work(1)
      )(succeed()),
      'bare async call, making an AbortController': (
        (work) => () =>
          work(new AbortController().signal.aborted ? 0 : 1)
      )(succeed()),
      opossum: opossum(succeed()),
      'opossum without timeout and percentiles': leanOpossum(succeed()),
      'cockatiel: breaker alone': cockatielBreakerAlone(succeed()),
      'cockatiel: same shape': cockatielPipeline(succeed()),
      'mollitia: same shape': mollitiaPipeline(succeed()),
      'ballast: standard policy': ballast(succeed()),
      'ballast: standard policy, with a listener': heard(),
      "ballast: standard policy, a new caller's signal each": signalled(),
      'ballast: standard policy, its signal read by the call': ballast(readsSignal),
    },
    rounds,
  );
