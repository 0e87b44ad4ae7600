import { chaosFaults } from '@ballast/service-kit';
import { type SeededRandom, seededRandom } from '../seeded-random.ts';
import {
  classOf,
  type EdgeName,
  type Fault,
  type FaultClass,
  faultClasses,
  type ProcessName,
  type ScheduledFault,
  type ServiceFault,
  type ToxicSettings,
} from './fault.ts';

export type Targets = {
  readonly services: readonly ProcessName[];
  /** They are killed and never stalled: a cache has no state to lose. */
  readonly caches: readonly ProcessName[];
  readonly edges: readonly EdgeName[];
};

export type ScheduleOptions = { readonly seed: number; readonly minutes: number; readonly targets: Targets };

const meanGapMs = 2000;
const longestFaultMs = 6000;

/** Out of about a hundred faults. */
const weights: readonly [Fault['kind'], number][] = [
  ['kill', 52],
  ['toxic', 20],
  ['service-fault', 11],
  ['stall', 6],
  ['partition', 4],
  ['database-stop', 4],
  ['clock-step', 3],
  ['locked-row', 3],
  ['standby-away', 3],
  ['full-log-disk', 2],
  ['lease-stall', 2],
  ['rejecting-receiver', 2],
];

/** Longer than a relay holds its rows, and than eight rejected deliveries take: a shorter one would show nothing. */
const fixedMs: Partial<Record<Fault['kind'], number>> = { 'lease-stall': 7500, 'rejecting-receiver': 10_000 };

/**
 * The faults of a run, a pure function of its options: the same seed plans the same faults at the same moments.
 * Faults overlap, but one target has one at a time, and each has ended when the run ends. Each class of faults occurs,
 * unless the run is too short for that.
 */
export function scheduleFaults({ seed, minutes, targets }: ScheduleOptions): readonly ScheduledFault[] {
  const random = seededRandom(seed).fork('nemesis');
  const endMs = minutes * 60_000;
  const plan = new Plan(endMs);
  oneOfEachClass(random, plan, targets);
  for (let atMs = gapMs(random); atMs < endMs; atMs += gapMs(random)) {
    const kind = weighted(random);
    const forMs = durationMs(kind, random, endMs - atMs);
    plan.add({ atMs: Math.round(atMs), forMs, fault: faultOf(kind, random, targets) });
  }
  return plan.faults.toSorted((one, other) => one.atMs - other.atMs);
}

/** Faults that do not share a target at one time. */
class Plan {
  readonly faults: ScheduledFault[] = [];
  readonly endMs: number;

  constructor(endMs: number) {
    this.endMs = endMs;
  }

  /** Leaves it out when it does not fit; false then. */
  add(added: ScheduledFault): boolean {
    const target = targetOf(added.fault);
    const overlaps = ({ atMs, forMs, fault }: ScheduledFault) =>
      targetOf(fault) === target && atMs < endOf(added) + pauseMs && added.atMs < atMs + forMs + pauseMs;
    if (endOf(added) > this.endMs || this.faults.some(overlaps)) return false;
    this.faults.push(added);
    return true;
  }
}

/** A killed process needs a second to come back before its next fault. */
const pauseMs = 1000;
const endOf = ({ atMs, forMs }: ScheduledFault): number => atMs + forMs;

/** Spread over the run, the longest ones first, because they have to end in time. */
function oneOfEachClass(random: SeededRandom, plan: Plan, targets: Targets): void {
  const required = faultClasses
    .map((wanted) => ({
      fault: firstOf(wanted, random, targets),
      forMs: random.integer(1500, 3000),
      isRequired: true,
    }))
    .map((planned) => ({ ...planned, forMs: atLeastMs(planned.fault, planned.forMs) }))
    .toSorted((one, other) => other.forMs - one.forMs);
  const everyMs = (plan.endMs - 4000) / (required.length + 1);
  required.forEach((planned, index) => {
    for (let atMs = Math.round(index * everyMs * 0.8); atMs < plan.endMs; atMs += 250)
      if (plan.add({ ...planned, atMs })) return;
  });
}

function atLeastMs({ kind }: Fault, ms: number): number {
  return fixedMs[kind] ?? (kind === 'toxic' ? holdsExpireMs : ms);
}

/** Longer than a hold of a chaos run, and than it takes to notice that the hold is over. */
const holdsExpireMs = 4000;

function firstOf(wanted: FaultClass, random: SeededRandom, targets: Targets): Fault {
  const edge = 'orders -> inventory';
  // The first of these are such that orders stay pending, and that stock is held whose orders hear nothing of it.
  if (wanted === 'partition') return { kind: 'partition', edge };
  if (wanted === 'toxic on a connection')
    return { kind: 'toxic', edge, toxicity: 1, toxic: { type: 'timeout', timeoutMs: 0 } };
  for (;;) {
    const fault = faultOf(random.pick(weights)[0], random, targets);
    if (classOf(fault) === wanted) return fault;
  }
}

const gapMs = (random: SeededRandom): number => -Math.log(1 - random.next()) * meanGapMs;

function durationMs(kind: Fault['kind'], random: SeededRandom, leftMs: number): number {
  return fixedMs[kind] ?? random.integer(300, Math.min(longestFaultMs, Math.max(300, Math.round(leftMs))));
}

/** What a fault breaks: it has one at a time. */
export function targetOf(fault: Fault): string {
  if (fault.kind === 'database-stop' || fault.kind === 'standby-away') return 'postgres';
  if (fault.kind === 'locked-row') return `product ${fault.product}`;
  return 'edge' in fault ? fault.edge : fault.process;
}

function faultOf(kind: Fault['kind'], random: SeededRandom, targets: Targets): Fault {
  const { services, caches, edges } = targets;
  const orders = services.filter((name) => name.startsWith('orders'));
  switch (kind) {
    case 'kill':
      return { kind, process: random.pick([...services, ...caches]) };
    case 'stall':
    case 'full-log-disk':
      return { kind, process: random.pick(services) };
    case 'lease-stall':
      return { kind, process: random.pick(orders) };
    case 'clock-step':
      return { kind, process: random.pick(services), stepMs: clockStepMs(random) };
    case 'database-stop':
    case 'standby-away':
      return { kind };
    case 'locked-row':
      return { kind, product: random.integer(0, 99) };
    case 'service-fault':
      return { kind, process: random.pick(services), ...serviceFault(random) };
    case 'toxic':
      return { kind, edge: random.pick(edges), toxicity: random.pick([1, 1, 0.5]), toxic: toxic(random) };
    case 'partition':
      return { kind, edge: random.pick(edges) };
    case 'rejecting-receiver':
      return { kind, edge: 'orders -> recommendation' };
  }
}

/** Hours, in both directions. */
function clockStepMs(random: SeededRandom): number {
  return random.pick([1, -1]) * random.integer(600_000, 6 * 3_600_000);
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
