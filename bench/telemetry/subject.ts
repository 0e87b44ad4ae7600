import { ClosedLoopLoad } from './closed-loop-load.ts';
import { cpuMicros } from './processes.ts';

/** One variant under load, and what was measured. */
export class Subject {
  readonly name: string;
  readonly pid: number;
  readonly turns: { perSecond: number; cpuMicrosPerOrder: number }[] = [];
  readonly latenciesMs: number[] = [];
  refused = 0;
  readonly #load: ClosedLoopLoad;

  constructor(options: {
    readonly name: string;
    readonly pid: number;
    readonly url: string;
    readonly concurrency: number;
    skus: readonly string[];
  }) {
    this.name = options.name;
    this.pid = options.pid;
    this.#load = new ClosedLoopLoad(options);
  }

  /** Keeps `concurrency` orders in flight for `ms`. */
  async runFor(ms: number): Promise<void> {
    const cpuBefore = cpuMicros(this.pid);
    const { perSecond, placed, refused, latenciesMs } = await this.#load.runFor(ms);
    this.turns.push({ perSecond, cpuMicrosPerOrder: (cpuMicros(this.pid) - cpuBefore) / placed });
    this.latenciesMs.push(...latenciesMs);
    this.refused += refused;
  }

  /** Drops what was measured during the warm-up. */
  reset(): void {
    this.turns.length = 0;
    this.latenciesMs.length = 0;
    this.refused = 0;
  }

  close(): Promise<void> {
    return this.#load.close();
  }
}
