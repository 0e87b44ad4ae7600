import type { SupervisedName } from '../topology.ts';

/** Where a supervised process is in its life. Times are epoch milliseconds. */
export type ProcessState =
  | { readonly state: 'starting'; readonly pid: number; readonly sinceMs: number }
  | { readonly state: 'up'; readonly pid: number; readonly sinceMs: number }
  | { readonly state: 'stalled'; readonly pid: number; readonly sinceMs: number }
  | {
      readonly state: 'down';
      readonly sinceMs: number;
      readonly reason: string;
      readonly restartAtMs?: number;
    }
  /** Runs elsewhere (a Redis behind REDIS_URL): used, but out of our reach. */
  | { readonly state: 'external'; readonly url: string }
  /** Not part of this run, and why. */
  | { readonly state: 'absent'; readonly reason: string };

export type ServiceStatus = { readonly name: SupervisedName; readonly restarts: number } & ProcessState;

/** Keeps the processes of the system running, and breaks them on request. Acts on names, never on pids or commands. */
export interface Supervisor {
  /** One entry per supervised name, in the order of the topology. */
  status(): ServiceStatus[];
  /** SIGKILL. Resolves when the process is gone; it is started again after the run's `--restart-after`. */
  kill(name: SupervisedName): Promise<void>;
  /** Starts what is down, now. Resolves when it answers; does nothing when it is already there. */
  start(name: SupervisedName): Promise<void>;
  /** SIGSTOP: connections are still accepted by the kernel, and nobody answers. */
  stall(name: SupervisedName): Promise<void>;
  /** SIGCONT. */
  resume(name: SupervisedName): Promise<void>;
  /** Called after each change of one status; returns the unsubscribe. */
  onChange(listener: (status: ServiceStatus) => void): () => void;
}

/** The name is known, but this run cannot do that to it: it is absent, external, or already down. */
export class NotPossibleError extends Error {
  readonly code = 'E_NOT_POSSIBLE';
}
