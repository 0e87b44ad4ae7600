import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  aFunction,
  between,
  checkOptions,
  longestTimerMs,
  type Rule,
  withMethods,
} from '@ballast/resilience/primitives';
import type { ProcessSpec } from './process-spec.ts';
import { signalIfAlive } from './process-table.ts';
import { NotPossibleError, type ProcessState, type ProcessStatus } from './supervisor.ts';

export interface SupervisedProcessOptions {
  readonly spec: ProcessSpec;
  readonly restartAfterMs: number;
  readonly onChange: () => void;
}

const optionRules: Readonly<Record<keyof SupervisedProcessOptions, Rule>> = {
  spec: withMethods('a process with launch() and answers()', 'launch', 'answers'),
  restartAfterMs: between(0, longestTimerMs),
  onChange: aFunction,
};

const answerPollMs = 40;

/** One process of the system, from its launch through every kill and restart to the end of the run. */
export class SupervisedProcess {
  readonly #spec: ProcessSpec;
  readonly #restartAfterMs: number;
  readonly #onChange: () => void;
  #child: ChildProcess | undefined;
  #state: ProcessState = { state: 'down', sinceMs: Date.now(), reason: 'not started' };
  #starting: Promise<void> | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  /** Stopped and continued together with it: one left stopped would hold what the next process needs. */
  #stalledFamily: readonly number[] = [];
  #launches = 0;
  #stopping = false;

  constructor(options: SupervisedProcessOptions) {
    checkOptions('SupervisedProcess', options, optionRules, Object.keys(optionRules));
    const { spec, restartAfterMs, onChange } = options;
    this.#spec = spec;
    this.#restartAfterMs = restartAfterMs;
    this.#onChange = onChange;
  }

  status(): ProcessStatus {
    return { name: this.#spec.name, restarts: Math.max(0, this.#launches - 1), ...this.#state };
  }

  /** What the guardian must end when this process is no longer there to do it. */
  guarded(): { pid: number; signal: NodeJS.Signals }[] {
    const pid = this.#child?.pid;
    return pid === undefined ? [] : [{ pid, signal: this.#spec.orphanSignal }];
  }

  start(): Promise<void> {
    if (this.#starting) return this.#starting;
    const starting = this.#launch().finally(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    this.#starting = starting;
    return starting;
  }

  async kill(): Promise<void> {
    await this.#end(this.#alive(), 'SIGKILL');
  }

  async stall(): Promise<void> {
    const pid = this.#alive().pid as number;
    signalIfAlive(pid, 'SIGSTOP');
    // Listed after it was stopped, so that it can start no more of them.
    this.#stalledFamily = this.#spec.familyOf?.(pid) ?? [];
    for (const member of this.#stalledFamily) signalIfAlive(member, 'SIGSTOP');
    this.#become({ state: 'stalled', pid, sinceMs: Date.now() });
  }

  async resume(): Promise<void> {
    if (this.#state.state !== 'stalled') return;
    const { pid } = this.#state;
    this.#continueFamily();
    signalIfAlive(pid, 'SIGCONT');
    this.#become({ state: 'up', pid, sinceMs: Date.now() });
  }

  /** Ends it in order within the grace, by force after it, and keeps it down. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    // It is being launched: it is killed as soon as it is there.
    if (!child) return this.#starting?.catch(() => {});
    await this.resume();
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await this.#end(child, this.#spec.stopSignal);
    clearTimeout(force);
  }

  #alive(): ChildProcess {
    if (!this.#child) throw new NotPossibleError(`${this.#spec.name} is not running`);
    return this.#child;
  }

  async #launch(): Promise<void> {
    if (this.#child || this.#stopping) return;
    clearTimeout(this.#restartTimer);
    this.#launches += 1;
    const child = await this.#spec.launch().catch((error: Error) => {
      this.#markDown(error.message);
      throw error;
    });
    this.#adopt(child);
    await this.#untilItAnswers(child);
  }

  #adopt(child: ChildProcess): void {
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      this.#continueFamily();
      // A start that still waits for this child is over, and the next start must not share its result.
      this.#starting = undefined;
      this.#markDown(signal ? `ended by ${signal}` : `ended with exit code ${code}`);
    });
    this.#become({ state: 'starting', pid: child.pid as number, sinceMs: Date.now() });
    if (this.#stopping) child.kill('SIGKILL');
  }

  async #untilItAnswers(child: ChildProcess): Promise<void> {
    for (;;) {
      const answers = await this.#spec.answers(child);
      // The answer may have come from a later process.
      if (this.#child !== child) throw new Error(`${this.#spec.name} ended while starting`);
      if (answers) break;
      await delay(answerPollMs);
    }
    if (this.#state.state === 'starting') this.#become({ ...this.#state, state: 'up' });
  }

  #markDown(reason: string): void {
    const down = { state: 'down', sinceMs: Date.now(), reason } as const;
    if (this.#stopping) {
      this.#become(down);
      return;
    }
    this.#become({ ...down, restartAtMs: down.sinceMs + this.#restartAfterMs });
    // A start that fails comes here again, which plans the next one.
    this.#restartTimer = setTimeout(() => this.start().catch(() => {}), this.#restartAfterMs);
  }

  async #end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const ended = once(child, 'exit');
    child.kill(signal);
    // In a stopped process every signal but SIGKILL waits.
    child.kill('SIGCONT');
    await ended;
  }

  #continueFamily(): void {
    for (const member of this.#stalledFamily) signalIfAlive(member, 'SIGCONT');
    this.#stalledFamily = [];
  }

  #become(state: ProcessState): void {
    this.#state = state;
    this.#onChange();
  }
}
