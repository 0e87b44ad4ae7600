import type { EdgeTraffic } from './final-state.ts';
import type { Clause, Invariant } from './verdict.ts';

/** The retry budget allows a tenth more (SRE book: 3 attempts, 10 % per client). */
export const maxAmplification = 1.1;

export const amplification: Invariant = {
  id: 'I9',
  title: 'amplification: retries never add more than a tenth to the requests of an edge',
  count: (_operations, { traffic }) => traffic.reduce((total, { calls }) => total + calls, 0),
  clauses: {
    'on the wire': amplified(({ attempts }) => attempts),
    'by the count of the caller': amplified(({ calls, retries }) => calls + retries),
  },
};

function amplified(requestsOf: (edge: EdgeTraffic) => number): Clause {
  return (_operations, { traffic }) =>
    traffic
      .filter((edge) => requestsOf(edge) > edge.calls * maxAmplification + edge.freeRetries)
      .map(
        ({ edge, calls, retries, attempts }) =>
          `${edge}: ${retries} retries and ${attempts} requests on the wire for ${calls} calls`,
      );
}
