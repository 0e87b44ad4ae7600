import { EventEmitter } from 'node:events';
import type { Generator } from './generator.ts';
import { type LoadStats, maxHistorySeconds, maxStreamedOrders, type StatsReport } from './stats.ts';

/** Takes the counts each second, and keeps those of the last five minutes. */
export class Seconds {
  readonly #generator: Generator;
  readonly #history: LoadStats[] = [];
  readonly #events = new EventEmitter<{ second: [StatsReport] }>().setMaxListeners(0);

  constructor(generator: Generator) {
    this.#generator = generator;
    this.#close();
    setInterval(() => this.#close(), 1000);
  }

  report(): StatsReport {
    const stats = this.#history.at(-1) as LoadStats;
    return { stats, orders: this.#generator.recentOrders(), history: this.#history };
  }

  onSecond(listener: (report: StatsReport) => void): () => void {
    this.#events.on('second', listener);
    return () => this.#events.off('second', listener);
  }

  #close(): void {
    const stats = this.#generator.takeSecond();
    const lastAt = this.#history.at(-1)?.at ?? 0;
    const orders = this.#generator.recentOrders().filter(({ at }) => at > lastAt);
    this.#history.push(stats);
    if (this.#history.length > maxHistorySeconds) this.#history.shift();
    this.#events.emit('second', { stats, orders: orders.slice(0, maxStreamedOrders) });
  }
}
