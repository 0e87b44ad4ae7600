import type { Subject } from './libraries.ts';

/** Runs `calls` calls, `concurrency` at a time. */
export async function runCalls(subject: Subject, calls: number, concurrency: number): Promise<void> {
  if (concurrency === 1) {
    for (let i = 0; i < calls; i++) await subject();
    return;
  }
  const batch = new Array<Promise<unknown>>(concurrency);
  for (let done = 0; done < calls; done += concurrency) {
    for (let i = 0; i < concurrency; i++) batch[i] = subject();
    await Promise.all(batch);
  }
}
