import { type Clock, settleWithin } from '@ballast/resilience/primitives';
import { sleep } from '../sleep.ts';
import type { EndFault, Fault, ScheduledFault } from './fault.ts';

export type InjectedFault = {
  readonly at: number;
  readonly fault: Fault;
  readonly forMs: number;
  /** Why it could not be injected; undefined when it was. */
  readonly missed?: string;
};

export type Nemesis = {
  /** The faults injected so far, those that could not be injected included. */
  readonly injected: readonly InjectedFault[];
  /** Resolves when every fault has begun and ended. */
  readonly done: Promise<void>;
};

export type NemesisOptions = {
  readonly clock: Clock;
  /** Once it is aborted, faults that have begun end at once, and no other begins. */
  readonly stopping: AbortSignal;
  readonly onInjected?: (injected: InjectedFault) => void;
};

/** A target that is down is up again a few seconds later. */
const attemptsOfRequired = 8;
const betweenAttemptsMs = 500;
const longestEndMs = 15_000;

/** Carries out a schedule: each fault begins at its time, and ends when its duration is over. */
export function startNemesis(
  schedule: readonly ScheduledFault[],
  injectFault: (fault: Fault, forMs: number) => Promise<EndFault>,
  { clock, stopping, onInjected }: NemesisOptions,
): Nemesis {
  const injected: InjectedFault[] = [];
  const beginMs = clock.now();

  function note(entry: InjectedFault): void {
    injected.push(entry);
    onInjected?.(entry);
  }

  async function carryOut({ atMs, forMs, fault, isRequired = false }: ScheduledFault): Promise<void> {
    await sleep(clock, beginMs + atMs - clock.now(), stopping);
    const endFault = await begin(fault, forMs, isRequired ? attemptsOfRequired : 1);
    if (!endFault) return;
    await sleep(clock, forMs, stopping);
    // A process that can't be started now is started by its supervisor later; one that never comes up must not hold the
    // run up, because the healing reports it.
    await settleWithin(endFault(), longestEndMs, clock);
  }

  async function begin(fault: Fault, forMs: number, attempts: number): Promise<EndFault | undefined> {
    if (stopping.aborted) return undefined;
    const at = Math.round(clock.now() - beginMs);
    try {
      const endFault = await injectFault(fault, forMs);
      note({ at, fault, forMs });
      return endFault;
    } catch (error) {
      note({ at, fault, forMs, missed: (error as Error).message });
    }
    if (attempts <= 1) return undefined;
    await sleep(clock, betweenAttemptsMs, stopping);
    return begin(fault, forMs, attempts - 1);
  }

  return { injected, done: Promise.all(schedule.map(carryOut)).then(() => {}) };
}

/** How many processes died without a chance to clean up. */
export function killsIn(injected: readonly InjectedFault[]): number {
  const isKill = ({ fault }: InjectedFault) =>
    fault.kind === 'kill' ||
    fault.kind === 'database-stop' ||
    (fault.kind === 'service-fault' && fault.effect === 'crash');
  return injected.filter((entry) => entry.missed === undefined && isKill(entry)).length;
}
