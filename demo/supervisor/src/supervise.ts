import {
  anObject,
  between,
  checkOptions,
  listOf,
  longestTimerMs,
  type Rule,
} from '@ballast/resilience/primitives';
import { startGuardian } from './guardian.ts';
import type { ProcessSpec } from './process-spec.ts';
import { SupervisedProcess } from './supervised-process.ts';
import { NotPossibleError, type ProcessStatus, type Supervisor } from './supervisor.ts';

/** A member of the system that is not a process of this run: used from elsewhere, or missing. */
export type Unmanaged =
  | { readonly state: 'external'; readonly url: string }
  | { readonly state: 'absent'; readonly reason: string };

export interface SuperviseOptions<Name extends string> {
  readonly members: Readonly<Record<Name, ProcessSpec | Unmanaged>>;
  /** Groups that end one after the other: what depends on others belongs before them. */
  readonly stopOrder: readonly (readonly NoInfer<Name>[])[];
  /** How long a process that ended by itself stays down. */
  readonly restartAfterMs: number;
}

export interface RunningSupervisor<Name extends string = string> extends Supervisor<Name> {
  /** Ends everything in order, and by force what takes longer than its grace. */
  stopAll(graceMs: number): Promise<void>;
}

const isSpec = (member: ProcessSpec | Unmanaged): member is ProcessSpec => 'launch' in member;

const optionRules: Readonly<Record<keyof SuperviseOptions<string>, Rule>> = {
  members: anObject,
  stopOrder: listOf('a list of lists of names', Array.isArray),
  restartAfterMs: between(0, longestTimerMs),
};

/** Watches over the processes of one run. Nothing is started before `start` is called by name. */
export function supervise<Name extends string>(options: SuperviseOptions<Name>): RunningSupervisor<Name> {
  checkOptions('supervise', options, optionRules, Object.keys(optionRules));
  const { members, stopOrder, restartAfterMs } = options;
  const guardian = startGuardian();
  const names = Object.keys(members) as Name[];
  const listeners = new Set<(status: ProcessStatus<Name>) => void>();
  const processes = new Map<Name, SupervisedProcess>();

  const changed = (name: Name): void => {
    guardian.protect([...processes.values()].flatMap((process) => process.guarded()));
    const status = statusOf(name);
    for (const listener of listeners) listener(status);
  };

  for (const name of names) {
    const spec = members[name];
    if (!isSpec(spec)) continue;
    processes.set(name, new SupervisedProcess({ spec, restartAfterMs, onChange: () => changed(name) }));
  }

  function statusOf(name: Name): ProcessStatus<Name> {
    const process = processes.get(name);
    const status = process ? process.status() : { restarts: 0, ...(members[name] as Unmanaged) };
    return { ...status, name };
  }

  function processOf(name: Name): SupervisedProcess {
    const process = processes.get(name);
    if (!process) throw new NotPossibleError(`${name} is not a process of this run`);
    return process;
  }

  return {
    status: () => names.map(statusOf),
    kill: async (name) => processOf(name).kill(),
    start: async (name) => processOf(name).start(),
    stall: async (name) => processOf(name).stall(),
    resume: async (name) => processOf(name).resume(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stopAll: async (graceMs) => {
      for (const group of stopOrder)
        await Promise.all(group.map((name) => processes.get(name)?.stop(graceMs)));
      guardian.release();
    },
  };
}
