import type { ChildProcess } from 'node:child_process';

/** What the supervisor must know of a process to keep it running; every kind of process describes it in one file. */
export interface ProcessSpec {
  readonly name: string;
  /** Resolves once the operating system runs it. */
  launch(): Promise<ChildProcess>;
  /** Asked every few milliseconds while it starts; must not throw. */
  answers(child: ChildProcess): Promise<boolean>;
  /** Asks it to finish its work and end. */
  readonly stopSignal: NodeJS.Signals;
  /** What ends it when the supervisor itself was killed and can no longer wait for it. */
  readonly orphanSignal: NodeJS.Signals;
  /** The processes that belong to this pid, where it has some (PostgreSQL's backends). */
  familyOf?(pid: number): number[];
}
