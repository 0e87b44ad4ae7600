import { shop } from '../client/customer.ts';
import type { HistoryLog } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Machine } from './machine.ts';
import { simulatedApi } from './simulated-api.ts';
import type { Site } from './site.ts';

type CrowdTools = { readonly log: HistoryLog; readonly random: SeededRandom; readonly closing: AbortSignal };

/** The same customers that shop at the real system, all of them coming while the storm lasts. */
export function letCustomersIn(site: Site, tools: CrowdTools): { readonly served: number } {
  const { world, conditions } = site;
  const machine = new Machine(world, 'customers');
  const api = simulatedApi(site, machine);
  const crowd = { served: 0 };
  for (let customer = 1; customer <= conditions.customers; customer += 1) {
    const random = tools.random.fork(`customer ${customer}`);
    const wish = { key: `key-${customer}`, customerId: `customer-${customer}`, items: basket(site, random) };
    world.after(random.next() * conditions.stormMs, async () => {
      await shop(wish, { ...tools, random, api, wait: (ms) => machine.wait(ms) });
      crowd.served += 1;
    });
  }
  return crowd;
}

function basket({ conditions }: Site, random: SeededRandom) {
  const skus = Object.keys(conditions.supply);
  return Array.from({ length: random.integer(1, 3) }, () => ({
    sku: random.pick(skus),
    quantity: random.integer(1, 4),
  }));
}
