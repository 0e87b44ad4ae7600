import { Agent, request } from 'undici';
import { z } from 'zod';
import type { EdgeTraffic } from '../checker/final-state.ts';
import type { ChaoticSystem } from './chaotic-system.ts';

/** Which edge the calls of a dependency go over. */
const edgeOf: Readonly<Record<string, string>> = {
  inventory: 'orders -> inventory',
  catalogue: 'orders -> inventory',
  recommendation: 'orders -> recommendation',
  purchases: 'orders -> recommendation',
};

/** The retry budget grants this many per dependency, process and window, however few calls there are. */
const freeRetriesPerWindow = 3;
const budgetWindowMs = 10_000;

const resilience = z.object({
  dependencies: z.array(z.object({ name: z.string(), calls: z.object({ total: z.int() }) })),
});

type Watched = Pick<ChaoticSystem, 'replicas' | 'proxies'>;

/**
 * Compares the calls that orders was asked to make, by its own count, with the requests that were seen on the wire.
 * A process that is killed takes the count since the last look with it, so look often.
 */
export class TrafficMeter {
  readonly #system: Watched;
  readonly #agent = new Agent({ headersTimeout: 500, bodyTimeout: 500, connectTimeout: 500 });
  /** Per process and dependency: the calls of lives that have ended, and of the present one. */
  readonly #calls = new Map<string, { dependency: string; ended: number; now: number; lives: number }>();

  constructor(system: Watched) {
    this.#system = system;
  }

  async look(): Promise<void> {
    const orders = this.#system.replicas.filter(({ service }) => service === 'orders');
    await Promise.all(orders.map(({ process, port }) => this.#lookAt(process, port).catch(() => {})));
  }

  traffic(durationMs: number): EdgeTraffic[] {
    const windows = Math.ceil(durationMs / budgetWindowMs);
    return [...new Set(Object.values(edgeOf))].map((edge) => {
      const counts = [...this.#calls.values()].filter(({ dependency }) => edgeOf[dependency] === edge);
      return {
        edge,
        calls: counts.reduce((sum, { ended, now }) => sum + ended + now, 0),
        attempts: this.#system.proxies.requestsOver(edge),
        freeRetries: counts.reduce((sum, { lives }) => sum + (windows + lives) * freeRetriesPerWindow, 0),
      };
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #lookAt(process: string, port: number): Promise<void> {
    const { body } = await request(`http://127.0.0.1:${port}/resilience`, { dispatcher: this.#agent });
    for (const { name, calls } of resilience.parse(await body.json()).dependencies) {
      const count = this.#calls.get(`${process} ${name}`) ?? { dependency: name, ended: 0, now: 0, lives: 1 };
      if (calls.total < count.now)
        Object.assign(count, { ended: count.ended + count.now, lives: count.lives + 1 });
      count.now = calls.total;
      this.#calls.set(`${process} ${name}`, count);
    }
  }
}
