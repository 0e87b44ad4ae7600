import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

export type LoadResult = {
  readonly perSecond: number;
  readonly placed: number;
  readonly refused: number;
  readonly latenciesMs: readonly number[];
};

/** A constant number of orders in flight: each is placed when the one before it was answered. */
export class ClosedLoopLoad {
  readonly #pool: Pool;
  readonly #concurrency: number;
  readonly #skus: readonly string[];

  constructor(options: { url: string; concurrency: number; skus: readonly string[] }) {
    this.#concurrency = options.concurrency;
    this.#skus = options.skus;
    this.#pool = new Pool(options.url, { connections: options.concurrency });
  }

  async runFor(ms: number): Promise<LoadResult> {
    const latenciesMs: number[] = [];
    const begin = performance.now();
    const loops = Array.from({ length: this.#concurrency }, () => this.#placeOrders(begin + ms, latenciesMs));
    const placed = (await Promise.all(loops)).reduce((sum, count) => sum + count, 0);
    const perSecond = placed / ((performance.now() - begin) / 1000);
    return { perSecond, placed, refused: latenciesMs.length - placed, latenciesMs };
  }

  async #placeOrders(until: number, latenciesMs: number[]): Promise<number> {
    let placed = 0;
    while (performance.now() < until) {
      const begin = performance.now();
      if (await this.#placeOrder()) placed += 1;
      latenciesMs.push(performance.now() - begin);
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

  close(): Promise<void> {
    return this.#pool.close();
  }
}
