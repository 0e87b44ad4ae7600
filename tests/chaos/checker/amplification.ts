import type { Invariant } from './verdict.ts';

/** The retry budget allows a tenth more (SRE book: 3 attempts, 10 % per client). */
export const maxAmplification = 1.1;

export const amplification: Invariant = {
  id: 'I9',
  title: 'amplification: retries never add more than a tenth to the requests of an edge',
  examine(_operations, { traffic }) {
    const amplified = traffic.filter(
      ({ calls, retries, attempts, freeRetries }) =>
        Math.max(attempts, calls + retries) > calls * maxAmplification + freeRetries,
    );
    return {
      checked: traffic.reduce((total, { calls }) => total + calls, 0),
      violations: amplified.map(
        ({ edge, calls, retries, attempts }) =>
          `${edge}: ${retries} retries and ${attempts} requests on the wire for ${calls} calls`,
      ),
    };
  },
};
