import {
  ballast,
  cockatielBreakerAlone,
  cockatielPipeline,
  guard,
  leanOpossum,
  mollitiaPipeline,
  nothing,
  opossum,
  type PlainWork,
  type Subject,
  type Work,
} from './contestants.ts';
import { bytesPerCall, compare } from './measure.ts';
import type { Measures } from './report.ts';

const on = { enabled: true };

// Work of its own for each, so that no subject inherits what the engine has learned about another's.
const succeed = (): PlainWork => async (input) => input;
const only = (policy: object): Subject => ballast(succeed(), { ...nothing, ...policy });

function heard(): Subject {
  const guarded = guard(succeed());
  let told = 0;
  guarded.onEvent(() => told++);
  return () => guarded.call(told);
}

function signalled(work: PlainWork): Subject {
  const guarded = guard(work);
  const { signal } = new AbortController();
  return () => guarded.call(1, { signal });
}

const readsSignal: Work = async (input, context) => (context.signal.aborted ? 0 : input);

/** What does a call cost that succeeds? */
export async function succeeding(rounds: number): Promise<Measures> {
  const subjects: Record<string, Subject> = {
    'bare async call': (
      (work) => () =>
        work(1)
    )(succeed()),
    opossum: opossum(succeed()),
    'opossum without timeout and percentiles': leanOpossum(succeed()),
    'cockatiel: breaker alone': cockatielBreakerAlone(succeed()),
    'cockatiel: same shape': cockatielPipeline(succeed()),
    'mollitia: same shape': mollitiaPipeline(succeed()),
    'ballast: everything off': only({}),
    'ballast: deadline alone': only({ deadline: on }),
    'ballast: rate limit alone': only({ rateLimit: { perSecond: 1e9, burst: 1e9 } }),
    'ballast: bulkhead alone': only({ bulkhead: on }),
    'ballast: adaptive bulkhead alone': only({
      bulkhead: on,
      adaptive: { initialLimit: 200, minLimit: 200 },
    }),
    'ballast: retry and budget alone': only({ retry: on }),
    'ballast: throttle alone': only({ throttle: on }),
    'ballast: breaker alone': only({ breaker: on }),
    'ballast: attempt timeout alone': only({ timeout: on }),
    'ballast: hedge alone': only({ hedge: on }),
    'ballast: standard policy': ballast(succeed()),
    'ballast: standard policy, with a listener': heard(),
    "ballast: standard policy, with a caller's signal": signalled(succeed()),
    'ballast: standard policy, its signal read by the call': ballast(readsSignal),
  };
  const bytes: Record<string, number> = {};
  for (const [name, subject] of Object.entries(subjects)) bytes[name] = await bytesPerCall(subject);
  return {
    'ns, one at a time': await compare(subjects, rounds, 1),
    'ns, 64 at a time': await compare(subjects, rounds, 64),
    bytes: bytes,
  };
}
