/**
 * One subject in a process of its own, so that what the engine learned about another subject changes nothing.
 * Asked for a sample, it answers with one number.
 */
import type { Subject } from './libraries.ts';
import { runCalls } from './loop.ts';

export type Sample =
  /** CPU nanoseconds per call. */
  | { readonly measure: 'ns'; readonly calls: number; readonly concurrency: number }
  /** Bytes allocated per call. */
  | { readonly measure: 'bytes'; readonly calls: number }
  /** Bytes that each of a thousand of its kind holds after so many calls. */
  | { readonly measure: 'held'; readonly calls: number };

type Maker = () => Subject | Promise<Subject>;

const [section, name] = process.argv.slice(2) as [string, string];
const { subjects } = (await import(`./${section}.ts`)) as { subjects: Record<string, Maker> };
const make = subjects[name] as Maker;
const subject = await make();

const measures = {
  // CPU time, not wall time: other processes on the machine do not count.
  async ns(calls: number, concurrency: number): Promise<number> {
    const before = process.cpuUsage();
    await runCalls(subject, calls, concurrency);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / calls;
  },

  async bytes(calls: number): Promise<number> {
    collect();
    const before = process.memoryUsage().heapUsed;
    await runCalls(subject, calls, 1);
    return (process.memoryUsage().heapUsed - before) / calls;
  },

  async held(calls: number): Promise<number> {
    const before = heldBytes();
    const kept = await Promise.all(Array.from({ length: 1000 }, make));
    for (const one of kept) await runCalls(one, calls, 1);
    return (heldBytes() - before) / kept.length;
  },
};

process.on('message', async (sample: Sample) => {
  const concurrency = sample.measure === 'ns' ? sample.concurrency : 1;
  process.send?.(await measures[sample.measure](sample.calls, concurrency));
});
process.send?.('ready');

function heldBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collect(): void {
  globalThis.gc?.();
}
