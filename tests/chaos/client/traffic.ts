import type { OrderLine } from '../history/entry.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { type CustomerTools, shop, type Wish } from './customer.ts';

export type Catalogue = {
  readonly plenty: readonly string[];
  /** Few pieces each: here an oversell would show. */
  readonly scarce: readonly string[];
};

const scarceOrders = 0.05;

/**
 * The shop holds as many as come in this time; who finds it full goes away without asking. Else a long outage would fill
 * it with thousands who all ask again, and the run would be about them.
 */
const crowdSeconds = 5;

export type Traffic = {
  /** Customers served, or being served. */
  readonly customers: number;
  /** Customers who found the shop full. */
  readonly turnedAway: number;
  /** No new customers from here on; resolves when the last one has been served. */
  stop(): Promise<void>;
};

/** Open-loop traffic: customers come at random moments, `ratePerSecond` on average, however slow the shop is. */
export function startTraffic(
  ratePerSecond: number,
  catalogue: Catalogue,
  tools: CustomerTools & { now(): number },
): Traffic {
  const arrivals = tools.random.fork('arrivals');
  const shopping = new Set<Promise<void>>();
  let [customers, turnedAway] = [0, 0];
  let open = true;

  async function run(): Promise<void> {
    // From one planned moment to the next: timers that are late on a busy machine must not thin out the crowd.
    for (let at = tools.now(); open; ) {
      at += (-Math.log(1 - arrivals.next()) / ratePerSecond) * 1000;
      await tools.wait(at - tools.now());
      if (!open) return;
      if (shopping.size < ratePerSecond * crowdSeconds) welcome();
      else turnedAway += 1;
    }
  }

  function welcome(): void {
    customers += 1;
    const random = tools.random.fork(`customer ${customers}`);
    const visit = shop(wishOf(customers, catalogue, random), { ...tools, random });
    shopping.add(visit);
    visit.finally(() => shopping.delete(visit));
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
      await Promise.all(shopping);
    },
  };
}

/** Keys are unpredictable on purpose: a run against a used database must not meet its own keys. */
function wishOf(customer: number, catalogue: Catalogue, random: SeededRandom): Wish {
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
