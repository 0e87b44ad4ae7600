import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { cpuMicros } from './processes.ts';

/** One variant under load: where to place orders, and what came of it. */
export class Subject {
  readonly name: string;
  readonly pid: number;
  readonly turns: { perSecond: number; cpuMicrosPerOrder: number }[] = [];
  readonly latenciesMs: number[] = [];
  refused = 0;
  readonly #pool: Pool;
  readonly #concurrency: number;
  readonly #skus: readonly string[];

  constructor(options: {
    name: string;
    pid: number;
    url: string;
    concurrency: number;
    skus: readonly string[];
  }) {
    this.name = options.name;
    this.pid = options.pid;
    this.#concurrency = options.concurrency;
    this.#skus = options.skus;
    this.#pool = new Pool(options.url, { connections: options.concurrency });
  }

  /** Keeps `concurrency` orders in flight for that long. */
  async takeTurn(ms: number): Promise<void> {
    const cpuBefore = cpuMicros(this.pid);
    const begin = performance.now();
    const lanes = Array.from({ length: this.#concurrency }, () => this.#placeOrders(begin + ms));
    const placed = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
    const perSecond = placed / ((performance.now() - begin) / 1000);
    this.turns.push({ perSecond, cpuMicrosPerOrder: (cpuMicros(this.pid) - cpuBefore) / placed });
  }

  async #placeOrders(until: number): Promise<number> {
    let placed = 0;
    while (performance.now() < until) {
      const begin = performance.now();
      if (await this.#placeOrder()) placed += 1;
      else this.refused += 1;
      this.latenciesMs.push(performance.now() - begin);
    }
    return placed;
  }

  async #placeOrder(): Promise<boolean> {
    const key = randomUUID();
    const sku = this.#skus[Math.floor(Math.random() * this.#skus.length)];
    const answer = await this.#pool.request({
      path: '/v1/orders',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ customerId: `c-${key.slice(0, 2)}`, items: [{ sku, quantity: 1 }] }),
    });
    await answer.body.dump();
    return answer.statusCode === 201;
  }

  /** Forgets the warm-up. */
  forget(): void {
    this.turns.length = 0;
    this.latenciesMs.length = 0;
    this.refused = 0;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
