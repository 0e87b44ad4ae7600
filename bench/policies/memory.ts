import {
  ballast,
  cockatielPipeline,
  leanOpossum,
  mollitiaPipeline,
  opossum,
  type Subject,
} from './contestants.ts';
import { bytesHeldEach } from './measure.ts';
import type { Measures } from './report.ts';

/** What does each of a thousand guarded dependencies hold in memory? */
export async function memory(): Promise<Measures> {
  const work = async (input: number) => input;
  const makers: Record<string, () => Subject> = {
    opossum: () => opossum(work),
    'opossum without timeout and percentiles': () => leanOpossum(work),
    'cockatiel: same shape': () => cockatielPipeline(work),
    'mollitia: same shape': () => mollitiaPipeline(work),
    'ballast: standard policy': () => ballast(work),
  };
  const measures: Measures = {};
  for (const calls of [1, 1000]) {
    const held: Record<string, number> = {};
    for (const [name, make] of Object.entries(makers)) held[name] = await bytesHeldEach(make, calls);
    measures[`bytes after ${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'}`] = held;
  }
  return measures;
}
