import type { Fault, Harm } from './fault.ts';
import type { Cure } from './inflict.ts';

/** `wait` resolves early once `stopping` is aborted: what has begun is cured, what has not never begins. */
export type Timeline = { now(): number; wait(ms: number): Promise<void>; readonly stopping: AbortSignal };

export type Struck = {
  readonly at: number;
  readonly harm: Harm;
  readonly forMs: number;
  readonly missed?: string;
};

export type Nemesis = {
  /** What was done so far, and what could not be done and why. */
  readonly struck: readonly Struck[];
  /** Resolves when every fault has begun and ended. */
  readonly done: Promise<void>;
};

/** Carries out a schedule: each fault begins at its time and is cured at its end. */
export function unleash(
  faults: readonly Fault[],
  inflict: (harm: Harm, forMs: number) => Promise<Cure>,
  { now, wait, stopping }: Timeline,
  onStruck: (struck: Struck) => void = () => {},
): Nemesis {
  const struck: Struck[] = [];
  const begin = now();

  function note(entry: Struck): void {
    struck.push(entry);
    onStruck(entry);
  }

  async function strike({ atMs, forMs, harm }: Fault): Promise<void> {
    await wait(begin + atMs - now());
    if (stopping.aborted) return;
    const at = Math.round(now() - begin);
    const cure = await inflict(harm, forMs).catch((error: Error) =>
      note({ at, harm, forMs, missed: error.message }),
    );
    if (!cure) return;
    note({ at, harm, forMs });
    await wait(forMs);
    // What cannot be started now is started by its supervisor later.
    await cure().catch(() => {});
  }

  return { struck, done: Promise.all(faults.map(strike)).then(() => {}) };
}

/** Processes that died without a chance to clean up. */
export function killsIn(struck: readonly Struck[]): number {
  const deadly = ({ harm }: Struck) =>
    harm.kind === 'kill' ||
    harm.kind === 'database-stop' ||
    (harm.kind === 'service-fault' && harm.fault === 'crash');
  return struck.filter((entry) => entry.missed === undefined && deadly(entry)).length;
}
