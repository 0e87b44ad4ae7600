import type { Subject } from './contestants.ts';
import { type Loop, ownLoop, runCalls } from './loop.ts';
import type { Measures } from './report.ts';

type Subjects = Readonly<Record<string, Subject>>;

const sampleMs = 25;

/** CPU time and not time on the clock: what other processes do to this machine does not count. */
async function cpuNsPerCall(
  loop: Loop,
  subject: Subject,
  calls: number,
  concurrency: number,
): Promise<number> {
  const before = process.cpuUsage();
  await loop(subject, calls, concurrency);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

/** How many calls make a sample long enough to measure. */
async function calibrate(loop: Loop, subject: Subject, concurrency: number): Promise<number> {
  let nsPerCall = 0;
  for (let calls = concurrency; nsPerCall * calls < 5e6 && calls < 1e6; calls *= 4) {
    nsPerCall = await cpuNsPerCall(loop, subject, calls, concurrency);
  }
  return Math.ceil((sampleMs * 1e6) / nsPerCall / concurrency) * concurrency;
}

/** Medians over interleaved rounds: whatever drifts, drifts for all alike. */
export async function compare(
  subjects: Subjects,
  rounds: number,
  concurrency: number,
): Promise<Record<string, number>> {
  const runners = await Promise.all(
    Object.entries(subjects).map(async ([name, subject]) => ({
      name,
      subject,
      loop: await ownLoop(),
      calls: 0,
    })),
  );
  for (const one of runners) one.calls = await calibrate(one.loop, one.subject, concurrency);
  const samples = runners.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { loop, subject, calls }] of runners.entries()) {
      samples[index]?.push(await cpuNsPerCall(loop, subject, calls, concurrency));
    }
  }
  return Object.fromEntries(runners.map(({ name }, index) => [name, median(samples[index] as number[])]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Heap bytes a call allocates; the young generation is so large (see the script) that none is collected meanwhile. */
async function bytesPerCall(subject: Subject): Promise<number> {
  const calls = 5000;
  const loop = await ownLoop();
  await loop(subject, calls, 1);
  const samples: number[] = [];
  for (let i = 0; i < 5; i++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    await loop(subject, calls, 1);
    samples.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return median(samples);
}

/** Time with one call and with 64 calls in flight, and what a call allocates. */
export async function allMeasures(subjects: Subjects, rounds: number): Promise<Measures> {
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
