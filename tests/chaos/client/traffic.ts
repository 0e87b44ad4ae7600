import type { OrderLine } from '../history/entry.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { sleep } from '../sleep.ts';
import { type CustomerTools, type OrderRequest, runCustomer } from './customer.ts';

export type Catalogue = {
  readonly plenty: readonly string[];
  /** Few pieces of each: an oversell would show here. */
  readonly scarce: readonly string[];
};

const scarceOrders = 0.07;

/**
 * As many customers as come in this time may wait at once; those above are turned away without asking. Otherwise
 * thousands would wait after a long outage, and the run would measure their retries.
 */
const maxWaitingSeconds = 5;

export type Traffic = {
  /** Customers who came in, those still waiting included. */
  readonly customers: number;
  /** Customers who were turned away, because too many were waiting. */
  readonly turnedAway: number;
  /** Lets no new customer in; resolves when the last one is done. */
  stop(): Promise<void>;
};

/** Open-loop traffic: customers come at random moments, `ratePerSecond` on average, however slow the answers are. */
export function startTraffic(ratePerSecond: number, catalogue: Catalogue, tools: CustomerTools): Traffic {
  const arrivals = tools.random.fork('arrivals');
  const waiting = new Set<Promise<void>>();
  let [customers, turnedAway] = [0, 0];
  let open = true;

  async function run(): Promise<void> {
    // From one planned moment to the next: timers that are late on a busy machine must not lower the rate.
    for (let at = tools.clock.now(); open; ) {
      at += (-Math.log(1 - arrivals.next()) / ratePerSecond) * 1000;
      await sleep(tools.clock, at - tools.clock.now());
      if (!open) return;
      if (waiting.size < ratePerSecond * maxWaitingSeconds) letIn();
      else turnedAway += 1;
    }
  }

  function letIn(): void {
    customers += 1;
    const random = tools.random.fork(`customer ${customers}`);
    const visit = runCustomer(orderOf(customers, catalogue, random), { ...tools, random });
    waiting.add(visit);
    visit.finally(() => waiting.delete(visit));
  }

  const running = run();
  return {
    get customers() {
      return customers;
    },
    get turnedAway() {
      return turnedAway;
    },
    async stop() {
      open = false;
      await running;
      await Promise.all(waiting);
    },
  };
}

/** Keys are unpredictable on purpose: a run against a used database must not meet its own keys. */
function orderOf(customer: number, catalogue: Catalogue, random: SeededRandom): OrderRequest {
  const count = random.chance(0.7) ? 1 : random.integer(2, 4);
  return {
    key: crypto.randomUUID(),
    customerId: `customer-${customer % 200}`,
    items: Array.from({ length: count }, () => lineOf(catalogue, random)),
  };
}

function lineOf({ plenty, scarce }: Catalogue, random: SeededRandom): OrderLine {
  const sku = random.chance(scarceOrders) ? random.pick(scarce) : random.pick(plenty);
  return { sku, quantity: random.integer(1, 3) };
}
