import type { Subject } from './contestants.ts';

export type Loop = typeof runCalls;

/** Runs `calls` calls, so many at a time. */
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

let copies = 0;

/** A copy of the loop for one subject alone: in a shared one the engine could inline none of them. */
export async function ownLoop(): Promise<Loop> {
  const copy = (await import(`./loop.ts?copy=${copies++}`)) as { runCalls: Loop };
  return copy.runCalls;
}
