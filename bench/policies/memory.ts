import { ballast, cockatielPipeline, leanOpossum, mollitiaPipeline, opossum } from './libraries.ts';

const work = async (input: number) => input;

/** What does each of a thousand guarded dependencies hold in memory? */
export const subjects = {
  opossum: () => opossum(work),
  'opossum without timeout and percentiles': () => leanOpossum(work),
  'cockatiel: same shape': () => cockatielPipeline(work),
  'mollitia: same shape': () => mollitiaPipeline(work),
  'ballast: standard policy': () => ballast(work),
};
