import {
  ballast,
  cockatielPipeline,
  leanOpossum,
  opossum,
  type PlainWork,
  type Subject,
} from './libraries.ts';

const windowMs = 600_000;
const neverTrips = { volumeThreshold: Number.MAX_SAFE_INTEGER, rollingCountTimeout: windowMs };
const minCalls = Number.MAX_SAFE_INTEGER;
const failure = new Error('down');

const makers: Record<string, (work: PlainWork) => Subject> = {
  opossum: (work) => opossum(work, neverTrips),
  'opossum without timeout and percentiles': (work) => leanOpossum(work, neverTrips),
  'cockatiel: same shape, no retry': (work) => cockatielPipeline(work, 0, windowMs),
  'ballast: standard policy': (work) =>
    ballast(work, { breaker: { minCalls, windowMs } }, { idempotent: false }),
};

/** Makes a subject that has `calls` successful calls in its window, and fails from then on. */
function failingAfter(calls: number, make: (work: PlainWork) => Subject) {
  return async (): Promise<Subject> => {
    let isDown = false;
    const subject = make(async (input) => {
      if (isDown) throw failure;
      return input;
    });
    for (let i = 0; i < calls; i++) await subject();
    isDown = true;
    return () => subject().catch(() => {});
  };
}

/** How does the cost of a failing call grow with the calls in the window? */
export const windows = [100, 20_000, 200_000];
export const subjects = Object.fromEntries(
  windows.flatMap((calls) =>
    Object.entries(makers).map(([name, make]) => [`${name} after ${calls}`, failingAfter(calls, make)]),
  ),
);
