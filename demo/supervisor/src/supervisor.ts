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
  /** Runs elsewhere (a Redis behind REDIS_URL): used, but not controlled by this supervisor. */
  | { readonly state: 'external'; readonly url: string }
  /** Not part of this run, and why. */
  | { readonly state: 'absent'; readonly reason: string };

export type ProcessStatus<Name extends string = string> = {
  readonly name: Name;
  readonly restarts: number;
} & ProcessState;

/** Keeps the processes of a system running, and breaks them on request. Acts on names, never on pids or commands. */
export interface Supervisor<Name extends string = string> {
  /** One entry per member, in the order of the members. */
  status(): ProcessStatus<Name>[];
  /** SIGKILL. Resolves when the process is gone; it is started again after the run's `restartAfterMs`. */
  kill(name: Name): Promise<void>;
  /** Starts what is down, now. Resolves when it answers; does nothing when it is already there. */
  start(name: Name): Promise<void>;
  /** SIGSTOP: the kernel still accepts connections, and no request is answered. */
  stall(name: Name): Promise<void>;
  /** SIGCONT. */
  resume(name: Name): Promise<void>;
  /** Called after each change of one status; returns the unsubscribe. */
  onChange(listener: (status: ProcessStatus<Name>) => void): () => void;
}

/** The name is known, but this run cannot do that to it: it is absent, external, or already down. */
export class NotPossibleError extends Error {
  readonly code = 'E_NOT_POSSIBLE';
}
