import type { Clock } from '@ballast/resilience/primitives';
import { StockBusyError } from './reservation.ts';

interface Waiting {
  readonly skus: readonly string[];
  readonly begin: () => void;
}

/**
 * Bounds how much of the database one product can occupy: at most `maxConcurrent` operations at once need it. The
 * others wait here, without a connection, until there is room for all the products they need. They hold no room
 * meanwhile, and may be overtaken: a basket that waits for a busy product must not keep another one from everybody.
 */
export class StockBulkhead {
  readonly #maxConcurrent: number;
  readonly #clock: Clock;
  readonly #atWork = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();

  constructor(maxConcurrent: number, clock: Clock) {
    this.#maxConcurrent = maxConcurrent;
    this.#clock = clock;
  }

  /** @throws {StockBusyError} when there is no room until `givesUpAtMs` */
  async run<T>(skus: readonly string[], givesUpAtMs: number, work: () => Promise<T>): Promise<T> {
    if (!this.#hasRoom(skus)) await this.#wait(skus, givesUpAtMs);
    else this.#enter(skus);
    try {
      return await work();
    } finally {
      this.#leave(skus);
    }
  }

  #wait(skus: readonly string[], givesUpAtMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const expire = () => {
        this.#waiting.delete(waiting);
        reject(new StockBusyError(skus.filter((sku) => !this.#hasRoom([sku]))));
      };
      const timer = this.#clock.setTimer(expire, Math.max(0, givesUpAtMs - this.#clock.now()));
      const begin = () => {
        timer.cancel();
        this.#waiting.delete(waiting);
        this.#enter(skus);
        resolve();
      };
      const waiting = { skus, begin };
      this.#waiting.add(waiting);
    });
  }

  #hasRoom(skus: readonly string[]): boolean {
    return skus.every((sku) => (this.#atWork.get(sku) ?? 0) < this.#maxConcurrent);
  }

  #enter(skus: readonly string[]): void {
    for (const sku of skus) this.#atWork.set(sku, (this.#atWork.get(sku) ?? 0) + 1);
  }

  #leave(skus: readonly string[]): void {
    for (const sku of skus) {
      const left = (this.#atWork.get(sku) ?? 0) - 1;
      if (left > 0) this.#atWork.set(sku, left);
      else this.#atWork.delete(sku);
    }
    for (const { skus: wanted, begin } of this.#waiting) if (this.#hasRoom(wanted)) begin();
  }
}
