import type { Invariant } from './verdict.ts';

/** A tenth on top is what the retry budget promises (SRE book: 3 attempts, 10 % per client). */
export const maxAmplification = 1.1;

export const amplification: Invariant = {
  id: 'I9',
  title: 'amplification: retries never add more than a tenth to the requests of an edge',
  examine(_operations, { traffic }) {
    const amplified = traffic.filter(
      ({ calls, attempts, freeRetries }) => attempts > calls * maxAmplification + freeRetries,
    );
    return {
      checked: traffic.reduce((total, { calls }) => total + calls, 0),
      violations: amplified.map(
        ({ edge, calls, attempts }) =>
          `${edge}: ${attempts} requests for ${calls} calls, ${(attempts / calls).toFixed(2)}x`,
      ),
    };
  },
};
