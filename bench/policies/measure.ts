import type { Subject } from './contestants.ts';
import type { Measures } from './report.ts';

const sampleMs = 25;

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

/** CPU time and not time on the clock: what other processes do to this machine does not count. */
export async function cpuNsPerCall(subject: Subject, calls: number, concurrency: number): Promise<number> {
  const before = process.cpuUsage();
  await runCalls(subject, calls, concurrency);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

/** How many calls make a sample long enough to measure. */
async function calibrate(subject: Subject, concurrency: number): Promise<number> {
  let nsPerCall = 0;
  for (let calls = concurrency; nsPerCall * calls < 5e6 && calls < 1e6; calls *= 4) {
    nsPerCall = await cpuNsPerCall(subject, calls, concurrency);
  }
  return Math.ceil((sampleMs * 1e6) / nsPerCall / concurrency) * concurrency;
}

/** Medians over interleaved rounds: whatever drifts, drifts for all alike. */
export async function compare(
  subjects: Readonly<Record<string, Subject>>,
  rounds: number,
  concurrency: number,
): Promise<Record<string, number>> {
  const entries = Object.entries(subjects);
  const calls = new Map<string, number>();
  for (const [name, subject] of entries) calls.set(name, await calibrate(subject, concurrency));
  const samples = new Map(entries.map(([name]) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, subject] of entries) {
      samples.get(name)?.push(await cpuNsPerCall(subject, calls.get(name) as number, concurrency));
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Heap bytes allocated per call; the young generation is so large (see the script) that none is collected meanwhile. */
export async function bytesPerCall(subject: Subject): Promise<number> {
  const calls = 5000;
  await runCalls(subject, calls, 1);
  const samples: number[] = [];
  for (let i = 0; i < 5; i++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    await runCalls(subject, calls, 1);
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

/** Time with one call and with 64 calls in flight, and what a call allocates. */
export async function allMeasures(
  subjects: Readonly<Record<string, Subject>>,
  rounds: number,
): Promise<Measures> {
  const bytes: Record<string, number> = {};
  for (const [name, subject] of Object.entries(subjects)) bytes[name] = await bytesPerCall(subject);
  return {
    'ns, one at a time': await compare(subjects, rounds, 1),
    'ns, 64 at a time': await compare(subjects, rounds, 64),
    bytes,
  };
}

/** Bytes that one of a thousand holds when it has answered so many calls. */
export async function bytesHeldEach(make: () => Subject, callsEach: number): Promise<number> {
  const count = 1000;
  collect();
  const before = held();
  const subjects = Array.from({ length: count }, make);
  for (const subject of subjects) await runCalls(subject, callsEach, 1);
  collect();
  const bytes = (held() - before) / count;
  if (subjects.length !== count) throw new Error('collected too early');
  return bytes;
}

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collect(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as `pnpm bench:policies` does');
  globalThis.gc();
}
