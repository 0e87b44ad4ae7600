import { runCustomer } from '../client/customer.ts';
import type { HistoryLog } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Machine } from './machine.ts';
import { simulatedApi } from './simulated-api.ts';
import type { SimulatedSystem } from './simulated-system.ts';

type Run = { readonly log: HistoryLog; readonly random: SeededRandom; readonly closing: AbortSignal };

/** The same customers as those of the real system. Each of them comes at a random moment while faults are on. */
export function startCustomers(system: SimulatedSystem, run: Run): { readonly done: number } {
  const { world, conditions } = system;
  const machine = new Machine(world, 'customers');
  const api = simulatedApi(system, machine);
  const progress = { done: 0 };
  for (let customer = 1; customer <= conditions.customers; customer += 1) {
    const random = run.random.fork(`customer ${customer}`);
    const order = {
      key: `key-${customer}`,
      customerId: `customer-${customer}`,
      items: basket(system, random),
    };
    const visit = async () => {
      await runCustomer(order, { ...run, random, api, clock: machine });
      progress.done += 1;
    };
    world.setTimer(visit, random.next() * conditions.faultsMs);
  }
  return progress;
}

function basket({ conditions }: SimulatedSystem, random: SeededRandom) {
  const skus = Object.keys(conditions.supply);
  return Array.from({ length: random.integer(1, 3) }, () => ({
    sku: random.pick(skus),
    quantity: random.integer(1, 4),
  }));
}
