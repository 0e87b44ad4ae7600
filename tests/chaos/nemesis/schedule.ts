import { chaosFaults } from '@ballast/service-kit';
import { type SeededRandom, seededRandom } from '../seeded-random.ts';
import type { EdgeName, Fault, ProcessName, ScheduledFault, ServiceFault, ToxicSettings } from './fault.ts';

export type Targets = {
  readonly services: readonly ProcessName[];
  /** They are killed and never stalled: a cache has no state to lose. */
  readonly caches: readonly ProcessName[];
  readonly edges: readonly EdgeName[];
};

export type ScheduleOptions = { readonly seed: number; readonly minutes: number; readonly targets: Targets };

const meanGapMs = 2500;
const longestFaultMs = 6000;

/** Per hundred faults. */
const weights: readonly [Fault['kind'], number][] = [
  ['kill', 50],
  ['toxic', 22],
  ['service-fault', 12],
  ['stall', 8],
  ['partition', 4],
  ['database-stop', 4],
];

/**
 * The faults of a run, a pure function of its options: the same seed plans the same faults at the same moments.
 * Faults overlap, but one target has one at a time, and each has ended when the run ends.
 */
export function scheduleFaults({ seed, minutes, targets }: ScheduleOptions): readonly ScheduledFault[] {
  const random = seededRandom(seed).fork('nemesis');
  const endMs = minutes * 60_000;
  const busyUntilMs = new Map<string, number>();
  const faults: ScheduledFault[] = [];
  for (let atMs = gapMs(random); atMs < endMs; atMs += gapMs(random)) {
    const forMs = random.integer(300, Math.min(longestFaultMs, Math.max(300, endMs - atMs)));
    const fault = faultOf(random, targets);
    if (atMs + forMs > endMs || (busyUntilMs.get(targetOf(fault)) ?? 0) > atMs) continue;
    // A killed process needs a second to come back before its next fault.
    busyUntilMs.set(targetOf(fault), atMs + forMs + 1000);
    faults.push({ atMs: Math.round(atMs), forMs, fault });
  }
  return faults;
}

const gapMs = (random: SeededRandom): number => -Math.log(1 - random.next()) * meanGapMs;

function targetOf(fault: Fault): string {
  if (fault.kind === 'database-stop') return 'postgres';
  return 'edge' in fault ? fault.edge : fault.process;
}

function faultOf(random: SeededRandom, { services, caches, edges }: Targets): Fault {
  const kind = weighted(random);
  switch (kind) {
    case 'kill':
      return { kind, process: random.pick([...services, ...caches]) };
    case 'stall':
      return { kind, process: random.pick(services) };
    case 'database-stop':
      return { kind };
    case 'service-fault':
      return { kind, process: random.pick(services), ...serviceFault(random) };
    case 'toxic':
      return { kind, edge: random.pick(edges), toxicity: random.pick([1, 1, 0.5]), toxic: toxic(random) };
    case 'partition':
      return { kind, edge: random.pick(edges) };
  }
}

function weighted(random: SeededRandom): Fault['kind'] {
  let left = random.next() * weights.reduce((total, [, weight]) => total + weight, 0);
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'kill';
}

function serviceFault(random: SeededRandom): ServiceFault {
  const effect = random.pick(chaosFaults.filter((fault) => fault !== 'capacity'));
  return { effect, ratio: random.pick([1, 0.5, 0.2]) };
}

function toxic(random: SeededRandom): ToxicSettings {
  const toxics: readonly ToxicSettings[] = [
    { type: 'latency', latencyMs: random.integer(20, 2000), jitterMs: random.integer(0, 20) },
    { type: 'timeout', timeoutMs: random.pick([0, 500]) },
    { type: 'reset_peer', timeoutMs: random.pick([0, 0, 20]) },
    { type: 'slicer', averageSize: random.integer(1, 64), delayMs: random.integer(0, 3) },
    { type: 'limit_data', bytes: random.integer(1, 4000) },
    { type: 'bandwidth', rateKBps: random.integer(1, 50) },
    { type: 'slow_close', delayMs: random.integer(100, 3000) },
  ];
  return random.pick(toxics);
}
