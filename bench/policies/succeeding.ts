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
} from './libraries.ts';

const succeed: PlainWork = async (input) => input;
const readsSignal: Work = async (input, context) => (context.signal.aborted ? 0 : input);

/** The minimum cost of listening to a caller's signal. */
function listening(): Subject {
  return () => {
    new AbortController().signal.addEventListener('abort', () => {}, { once: true });
    return succeed(1);
  };
}

function withListener(): Subject {
  const guarded = guard(succeed);
  let events = 0;
  guarded.onEvent(() => events++);
  return () => guarded.call(events);
}

/** A new signal for each call, as a server has one for each request. */
function withNewSignal(): Subject {
  const guarded = guard(succeed);
  return () => guarded.call(1, { signal: new AbortController().signal });
}

/** What does a call cost that succeeds? */
export const subjects = {
  'bare async call': (): Subject => () => succeed(1),
  'bare async call, listening to a new signal': listening,
  opossum: () => opossum(succeed),
  'opossum without timeout and percentiles': () => leanOpossum(succeed),
  'cockatiel: breaker alone': () => cockatielBreakerAlone(succeed),
  'cockatiel: same shape': () => cockatielPipeline(succeed),
  'mollitia: same shape': () => mollitiaPipeline(succeed),
  'ballast: standard policy': () => ballast(succeed),
  'ballast: standard policy, with a listener': withListener,
  "ballast: standard policy, a new caller's signal each": withNewSignal,
  'ballast: standard policy, its signal read by the call': () => ballast(readsSignal),
};
