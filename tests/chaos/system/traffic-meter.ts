import { Agent, request } from 'undici';
import { z } from 'zod';
import type { EdgeTraffic } from '../checker/final-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';

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
  dependencies: z.array(
    z.object({
      name: z.string(),
      calls: z.object({ total: z.int() }),
      policies: z.object({ retry: z.object({ retries: z.int() }) }),
    }),
  ),
});

type Counts = { readonly calls: number; readonly retries: number };
const nothing: Counts = { calls: 0, retries: 0 };
const plus = (one: Counts, other: Counts): Counts => ({
  calls: one.calls + other.calls,
  retries: one.retries + other.retries,
});

/** What one process counts for one dependency, over all its starts. */
type Account = { readonly dependency: string; ended: Counts; current: Counts; starts: number };

type Watched = Pick<SystemUnderTest, 'replicas' | 'proxies'>;

/**
 * Compares the calls that orders was asked to make and its retries, by its own count, with the requests on the wire.
 * A process that is killed takes its count since the last measurement with it, so measure often.
 */
export class TrafficMeter {
  readonly #system: Watched;
  readonly #agent = new Agent({ headersTimeout: 500, bodyTimeout: 500, connectTimeout: 500 });
  readonly #accounts = new Map<string, Account>();

  constructor(system: Watched) {
    this.#system = system;
  }

  async measure(): Promise<void> {
    const orders = this.#system.replicas.filter(({ service }) => service === 'orders');
    await Promise.all(orders.map(({ process, port }) => this.#measureOne(process, port).catch(() => {})));
  }

  traffic(durationMs: number): EdgeTraffic[] {
    const windows = Math.ceil(durationMs / budgetWindowMs);
    return [...new Set(Object.values(edgeOf))].map((edge) => {
      const accounts = [...this.#accounts.values()].filter(({ dependency }) => edgeOf[dependency] === edge);
      return {
        edge,
        ...accounts.map(({ ended, current }) => plus(ended, current)).reduce(plus, nothing),
        attempts: this.#system.proxies.requestsOver(edge),
        freeRetries: accounts.reduce((sum, { starts }) => sum + (windows + starts) * freeRetriesPerWindow, 0),
      };
    });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #measureOne(process: string, port: number): Promise<void> {
    const { body } = await request(`http://127.0.0.1:${port}/resilience`, { dispatcher: this.#agent });
    for (const { name, calls, policies } of resilience.parse(await body.json()).dependencies) {
      const account = this.#accountOf(process, name);
      if (calls.total < account.current.calls)
        Object.assign(account, { ended: plus(account.ended, account.current), starts: account.starts + 1 });
      account.current = { calls: calls.total, retries: policies.retry.retries };
    }
  }

  #accountOf(process: string, dependency: string): Account {
    const key = `${process} ${dependency}`;
    const account = this.#accounts.get(key) ?? { dependency, ended: nothing, current: nothing, starts: 1 };
    this.#accounts.set(key, account);
    return account;
  }
}
