import { type SupervisedName, supervisedNames } from '../topology.ts';
import { startGuardian } from './guardian.ts';
import type { ProcessSpec } from './process-spec.ts';
import { SupervisedProcess } from './supervised-process.ts';
import { NotPossibleError, type ServiceStatus, type Supervisor } from './supervisor.ts';

/** A member of the system that is not a process of ours: used from elsewhere, or missing. */
export type Unmanaged =
  | { readonly state: 'external'; readonly url: string }
  | { readonly state: 'absent'; readonly reason: string };

export interface SuperviseOptions {
  readonly members: Readonly<Record<SupervisedName, ProcessSpec | Unmanaged>>;
  /** How long a process that ended by itself stays down. */
  readonly restartAfterMs: number;
}

export interface RunningSupervisor extends Supervisor {
  /** Ends everything in order, and by force what takes longer than its grace. */
  stopAll(graceMs: number): Promise<void>;
}

/** What depends on others ends before them. */
const stopOrder: readonly (readonly SupervisedName[])[] = [
  ['load-generator'],
  ['orders'],
  ['inventory', 'recommendation'],
  ['postgres', 'redis'],
];

const isSpec = (member: ProcessSpec | Unmanaged): member is ProcessSpec => 'launch' in member;

/** Watches over the processes of one run. Nothing is started before `start` is called by name. */
export function supervise({ members, restartAfterMs }: SuperviseOptions): RunningSupervisor {
  const guardian = startGuardian();
  const listeners = new Set<(status: ServiceStatus) => void>();
  const processes = new Map<SupervisedName, SupervisedProcess>();

  const changed = (name: SupervisedName): void => {
    guardian.protect([...processes.values()].flatMap((process) => process.guarded()));
    const status = statusOf(name);
    for (const listener of listeners) listener(status);
  };

  for (const [name, member] of Object.entries(members) as [SupervisedName, ProcessSpec | Unmanaged][]) {
    if (!isSpec(member)) continue;
    processes.set(
      name,
      new SupervisedProcess({ spec: member, restartAfterMs, onChange: () => changed(name) }),
    );
  }

  function statusOf(name: SupervisedName): ServiceStatus {
    const process = processes.get(name);
    return process ? process.status() : { name, restarts: 0, ...(members[name] as Unmanaged) };
  }

  function processOf(name: SupervisedName): SupervisedProcess {
    const process = processes.get(name);
    if (!process) throw new NotPossibleError(`${name} is not a process of this run`);
    return process;
  }

  return {
    status: () => supervisedNames.map(statusOf),
    kill: async (name) => processOf(name).kill(),
    start: async (name) => processOf(name).start(),
    stall: async (name) => processOf(name).stall(),
    resume: async (name) => processOf(name).resume(),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stopAll: async (graceMs) => {
      for (const names of stopOrder)
        await Promise.all(names.map((name) => processes.get(name)?.stop(graceMs)));
      guardian.release();
    },
  };
}
