import { cpuMicros } from './processes.ts';
import { Shoppers } from './shoppers.ts';

/** One variant under load: where to place orders, and what came of it. */
export class Subject {
  readonly name: string;
  readonly pid: number;
  readonly turns: { perSecond: number; cpuMicrosPerOrder: number }[] = [];
  readonly latenciesMs: number[] = [];
  refused = 0;
  readonly #shoppers: Shoppers;

  constructor(options: {
    name: string;
    pid: number;
    url: string;
    concurrency: number;
    skus: readonly string[];
  }) {
    this.name = options.name;
    this.pid = options.pid;
    this.#shoppers = new Shoppers(options);
  }

  /** Keeps `concurrency` orders in flight for that long. */
  async takeTurn(ms: number): Promise<void> {
    const cpuBefore = cpuMicros(this.pid);
    const { perSecond, placed, refused, latenciesMs } = await this.#shoppers.shopFor(ms);
    this.turns.push({ perSecond, cpuMicrosPerOrder: (cpuMicros(this.pid) - cpuBefore) / placed });
    this.latenciesMs.push(...latenciesMs);
    this.refused += refused;
  }

  /** Forgets the warm-up. */
  forget(): void {
    this.turns.length = 0;
    this.latenciesMs.length = 0;
    this.refused = 0;
  }

  close(): Promise<void> {
    return this.#shoppers.close();
  }
}
