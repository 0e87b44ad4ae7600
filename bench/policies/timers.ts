import { createHook } from 'node:async_hooks';
import {
  ballast,
  cockatielPipeline,
  leanOpossum,
  mollitiaPipeline,
  opossum,
  type Subject,
} from './libraries.ts';
import type { Measures } from './report.ts';

/** How many event-loop timers do a thousand calls set? */
export async function timers(): Promise<Measures> {
  const work = async (input: number) => input;
  const roomy = { bulkhead: { maxConcurrent: 1000 } };
  const subjects: Record<string, Subject> = {
    opossum: opossum(work),
    'opossum without timeout and percentiles': leanOpossum(work),
    'cockatiel: same shape': cockatielPipeline(work),
    'mollitia: same shape': mollitiaPipeline(work),
    'ballast: standard policy': ballast(work, roomy),
  };
  const set: Record<string, number> = {};
  for (const [name, subject] of Object.entries(subjects)) set[name] = await timersSet(subject);
  return { 'timers per 1,000 calls': set };
}

async function timersSet(subject: Subject): Promise<number> {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'Timeout') count++;
    },
  });
  hook.enable();
  for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 100 }, () => subject()));
  hook.disable();
  return count;
}
