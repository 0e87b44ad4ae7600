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

const bare =
  (work: PlainWork): Subject =>
  () =>
    work(1);

/** The least that hearing a caller's cancel costs. */
function listening(work: PlainWork): Subject {
  return () => {
    new AbortController().signal.addEventListener('abort', () => {}, { once: true });
    return work(1);
  };
}

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
      'bare async call': bare(succeed()),
      'bare async call, listening to a new signal': listening(succeed()),
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
