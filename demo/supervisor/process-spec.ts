import type { ChildProcess } from 'node:child_process';
import type { SupervisedName } from '../topology.ts';

/** What the supervisor must know of a process to keep it running: each kind says it once, in one file. */
export interface ProcessSpec {
  readonly name: SupervisedName;
  /** Resolves once the operating system runs it. */
  launch(): Promise<ChildProcess>;
  /** Asked every few milliseconds while it starts; must not throw. */
  answers(child: ChildProcess): Promise<boolean>;
  /** Asks it to finish its work and end. */
  readonly stopSignal: NodeJS.Signals;
  /** What ends it when the supervisor itself was killed and nobody is left to wait for it. */
  readonly orphanSignal: NodeJS.Signals;
  /** The processes that work for this pid, where it does not work alone. */
  familyOf?(pid: number): number[];
}
