import { quantile } from '@ballast/resilience/primitives';
import { type Quality, qualities } from '../load-generator/quality.ts';
import type { BreakerState } from '../stage/picture.ts';
import { inPhase, type Phase, type Recording, type Sample, sinceTheFault } from './recording.ts';

type Measure = (recording: Recording) => number | null;

type Kind = 'orders' | 'reads';

const count = (samples: readonly Sample[], wanted: readonly Quality[], kind: Kind = 'orders'): number =>
  samples.reduce(
    (sum, { stats }) => sum + wanted.reduce((all, quality) => all + stats[kind].outcomes[quality], 0),
    0,
  );

const shareOf = (
  samples: readonly Sample[],
  wanted: readonly Quality[],
  among: readonly Quality[] = qualities,
  kind: Kind = 'orders',
): number | null => {
  const total = count(samples, among, kind);
  return total === 0 ? null : count(samples, wanted, kind) / total;
};

/** Share of the orders that ended in a phase with one of these qualities, 0..1. */
export const share =
  (wanted: readonly Quality[], phase: Phase, skipMs = 0): Measure =>
  (recording) =>
    shareOf(inPhase(recording, phase, skipMs), wanted);

const accepted = ['live', 'cached', 'default', 'disabled', 'pending'] as const;
const confirmed = ['live', 'cached', 'default', 'disabled'] as const;

/** Share of orders the customer could place: confirmed, or accepted to be settled later. */
export const acceptedShare = (phase: Phase, skipMs = 0): Measure =>
  share([...accepted, 'rejected'], phase, skipMs);

/** Share of orders confirmed at once, of all but those that were out of stock. */
export const confirmedShare =
  (phase: Phase, skipMs = 0): Measure =>
  (recording) =>
    shareOf(
      inPhase(recording, phase, skipMs),
      confirmed,
      qualities.filter((quality) => quality !== 'rejected'),
    );

/** Share of the reads of recommendations that ended in a phase with one of these qualities. */
export const readsShare =
  (wanted: readonly Quality[], phase: Phase, skipMs = 0): Measure =>
  (recording) =>
    shareOf(inPhase(recording, phase, skipMs), wanted, qualities, 'reads');

/** Requests that came before the fault, of those the rate says. */
export const offeredShare =
  (kind: Kind): Measure =>
  (recording) => {
    const samples = inPhase(recording, 'just-before');
    const wanted = samples.reduce((sum, { stats }) => sum + stats.rate[`${kind}PerSecond`], 0);
    const offered = samples.reduce((sum, { stats }) => sum + stats[kind].offered, 0);
    return wanted === 0 ? null : offered / wanted;
  };

/** The highest that something was in the seconds before the fault. */
export const stateBefore =
  (of: (sample: Sample) => number): Measure =>
  (recording) =>
    highest(inPhase(recording, 'just-before').map(of));

/** Share of the seconds of the fault in which a process did not run. */
export const downShare =
  (process: string): Measure =>
  (recording) => {
    const samples = inPhase(recording, 'during', 1000);
    const down = samples.filter((sample) => sample.down.includes(process));
    return samples.length === 0 ? null : down.length / samples.length;
  };

/** Share of orders that ended in an error or without an answer, from the fault to the end of the run. */
export const failedShare: Measure = (recording) => shareOf(sinceTheFault(recording), ['failed']);

/**
 * Share of orders confirmed at once in a phase, divided by that share before the fault. Shares, not rates: customers
 * come at random, and a few more or less of them say nothing about the system.
 */
export const confirmedAgainstBefore =
  (phase: Phase, skipMs = 0): Measure =>
  (recording) => {
    const before = share(confirmed, 'before', 1000)(recording);
    const then = share(confirmed, phase, skipMs)(recording);
    return before === null || then === null || before === 0 ? null : then / before;
  };

/** Orders confirmed in a phase, at once or after having been pending, per order that was answered in it. */
export const confirmedPerOrder =
  (phase: Phase, skipMs = 0): Measure =>
  (recording) => {
    const samples = inPhase(recording, phase, skipMs);
    const answered = count(samples, qualities);
    const settled =
      (samples.at(-1)?.stats.pending.confirmed ?? 0) - (samples[0]?.stats.pending.confirmed ?? 0);
    return answered === 0 ? null : (count(samples, confirmed) + settled) / answered;
  };

const latencyMs =
  (share: number) =>
  (phase: Phase, skipMs = 0): Measure =>
  (recording) =>
    quantile(
      inPhase(recording, phase, skipMs).flatMap(({ latenciesMs }) => latenciesMs),
      share,
    ) ?? null;

/** Over all orders that ended in a phase. */
export const p50Ms = latencyMs(0.5);
export const p99Ms = latencyMs(0.99);

const breakerOf = (sample: Sample, edge: string): BreakerState | null =>
  sample.edges.find(({ id }) => id === edge)?.breaker ?? null;

/** Seconds from the fault until the breaker of an edge is seen open. */
export const secondsUntilOpen =
  (edge: string): Measure =>
  ({ samples, brokenFromMs }) => {
    const seen = samples.find((sample) => sample.atMs > brokenFromMs && breakerOf(sample, edge) === 'open');
    return seen ? (seen.atMs - brokenFromMs) / 1000 : null;
  };

/**
 * Seconds from the end of the fault until the breaker is seen closed and stays so; null if the fault never opened it.
 */
export const secondsUntilClosed =
  (edge: string): Measure =>
  (recording) => {
    if (secondsUntilOpen(edge)(recording) === null) return null;
    return secondsUntilOver(recording, (sample) => breakerOf(sample, edge) !== 'closed');
  };

/** Seconds from the end of the fault until no accepted order is left unsettled; null if one of them is gone. */
export const secondsUntilSettled: Measure = (recording) => {
  if (recording.samples.some(({ stats }) => stats.pending.missing > 0)) return null;
  return secondsUntilOver(recording, ({ stats }) => stats.pending.open > 0);
};

/** Seconds from the end of the fault until the last sample in which it lasts is past; null when it lasts to the end. */
function secondsUntilOver(
  { samples, brokenToMs }: Recording,
  lasts: (sample: Sample) => boolean,
): number | null {
  const after = samples.filter(({ atMs }) => atMs > brokenToMs);
  const seen = after[after.findLastIndex(lasts) + 1];
  return seen ? Math.max(0, (seen.atMs - brokenToMs) / 1000) : null;
}

/** Attempts per call on an edge while it was broken: 1 means no retries. */
export const attemptsPerCall =
  (edge: string): Measure =>
  (recording) => {
    const samples = inPhase(recording, 'during');
    const first = samples[0];
    const last = samples.at(-1);
    if (!first || !last) return null;
    const retries = (last.retries[edge] ?? 0) - (first.retries[edge] ?? 0);
    const calls = samples.slice(1).reduce((sum, sample) => sum + (rateOf(sample, edge) ?? 0), 0);
    return calls === 0 ? null : 1 + retries / calls;
  };

const rateOf = (sample: Sample, edge: string): number | null =>
  sample.edges.find(({ id }) => id === edge)?.callsPerSecond ?? null;

/** Calls per second on an edge, the mean of a phase. */
export const callsPerSecond =
  (edge: string, phase: Phase, skipMs = 0): Measure =>
  (recording) =>
    mean(inPhase(recording, phase, skipMs).flatMap((sample) => rateOf(sample, edge) ?? []));

/** Calls per second that the guard of an edge let through, the mean of a phase. */
export const letThroughPerSecond =
  (edge: string, phase: Phase, skipMs = 0): Measure =>
  (recording) => {
    const samples = inPhase(recording, phase, skipMs);
    const first = samples[0];
    const last = samples.at(-1);
    if (!first || !last || first === last) return null;
    const calls = (last.letThrough[edge] ?? 0) - (first.letThrough[edge] ?? 0);
    return (calls * 1000) / (last.atMs - first.atMs);
  };

/** How late the load generator itself was: a quantile over the seconds of the whole run. */
export const lagMs =
  (share: number): Measure =>
  ({ samples }) =>
    quantile(
      samples.map(({ stats }) => stats.lagMs),
      share,
    ) ?? null;

/** Most calls in flight at once in the last seconds before it heals: so many are answered, or tried again, together. */
export const mostInFlight =
  (edge: string, lastMs = 3000): Measure =>
  (recording) => {
    const { brokenFromMs, brokenToMs } = recording;
    const samples = inPhase(recording, 'during', Math.max(0, brokenToMs - brokenFromMs - lastMs - 1000));
    const inFlight = samples.flatMap(
      (sample) => sample.edges.find(({ id }) => id === edge)?.bulkhead?.inFlight ?? [],
    );
    return highest(inFlight);
  };

const highest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values);

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
