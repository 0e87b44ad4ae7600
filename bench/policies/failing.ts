import {
  ballast,
  cockatielPipeline,
  leanOpossum,
  opossum,
  type PlainWork,
  type Subject,
} from './contestants.ts';
import { runCalls } from './loop.ts';
import { compare } from './measure.ts';
import type { Measures } from './report.ts';

const windowMs = 600_000;
const neverTrips = { volumeThreshold: Number.MAX_SAFE_INTEGER, rollingCountTimeout: windowMs };
const failure = new Error('down');

/** A subject that has so many successful calls in its window, and fails from now on. */
async function failingAfter(calls: number, make: (work: PlainWork) => Subject): Promise<Subject> {
  let isDown = false;
  const subject = make(async (input) => {
    if (isDown) throw failure;
    return input;
  });
  await runCalls(subject, calls, 1);
  isDown = true;
  return () => subject().catch(() => {});
}

/** What does a failing call cost, the more calls there are in the window? */
export async function failing(rounds: number): Promise<Measures> {
  const measures: Measures = {};
  for (const calls of [100, 20_000, 200_000]) {
    const subjects = {
      opossum: await failingAfter(calls, (work) => opossum(work, neverTrips)),
      'opossum without timeout and percentiles': await failingAfter(calls, (work) =>
        leanOpossum(work, neverTrips),
      ),
      'cockatiel: same shape, no retry': await failingAfter(calls, (work) =>
        cockatielPipeline(work, 0, windowMs),
      ),
      'ballast: standard policy': await failingAfter(calls, (work) =>
        ballast(work, { breaker: { minCalls: Number.MAX_SAFE_INTEGER, windowMs } }, { idempotent: false }),
      ),
    };
    // A failing call of opossum takes tens of milliseconds in a large window: a few rounds say enough.
    measures[`ns, ${calls.toLocaleString('en')} calls in the window`] = await compare(
      subjects,
      Math.min(rounds, 5),
      1,
    );
  }
  return measures;
}
