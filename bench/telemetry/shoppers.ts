import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

export type Served = {
  readonly perSecond: number;
  readonly placed: number;
  readonly refused: number;
  readonly latenciesMs: readonly number[];
};

/** Closed-loop customers: always as many orders in flight, each the moment the last one was answered. */
export class Shoppers {
  readonly #pool: Pool;
  readonly #concurrency: number;
  readonly #skus: readonly string[];

  constructor(options: { url: string; concurrency: number; skus: readonly string[] }) {
    this.#concurrency = options.concurrency;
    this.#skus = options.skus;
    this.#pool = new Pool(options.url, { connections: options.concurrency });
  }

  async shopFor(ms: number): Promise<Served> {
    const latenciesMs: number[] = [];
    const begin = performance.now();
    const lanes = Array.from({ length: this.#concurrency }, () => this.#placeOrders(begin + ms, latenciesMs));
    const placed = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
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
