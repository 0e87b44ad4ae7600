import { runCustomer } from '../client/customer.ts';
import type { HistoryLog } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Machine } from './machine.ts';
import { simulatedApi } from './simulated-api.ts';
import type { SimulatedSystem } from './simulated-system.ts';

type Run = {
  readonly log: HistoryLog;
  readonly random: SeededRandom;
  readonly closing: AbortSignal;
  /** Which of the customers come. */
  readonly who: readonly number[];
};

const customersWithName = 6;

/** The same customers as those of the real system. Each of them comes at a random moment while faults are on. */
export function startCustomers(system: SimulatedSystem, run: Run): { readonly waiting: ReadonlySet<string> } {
  const { world, conditions } = system;
  const waiting = new Set<string>();
  for (const customer of run.who) {
    const random = run.random.fork(`customer ${customer}`);
    const { process } = new Machine(world, `customer-${customer}`);
    const order = {
      key: `key-${customer}`,
      // Some customers come more than once, so that something may be remembered for them.
      customerId: `customer-${customer % customersWithName}`,
      items: basket(system, random),
    };
    const visit = async () => {
      await runCustomer(order, { ...run, random, api: simulatedApi(system, process), clock: process });
      waiting.delete(order.key);
    };
    waiting.add(order.key);
    world.setTimer(visit, random.next() * conditions.faultsMs);
  }
  return { waiting };
}

function basket({ conditions }: SimulatedSystem, random: SeededRandom) {
  const skus = Object.keys(conditions.supply);
  return Array.from({ length: random.integer(1, 3) }, () => ({
    sku: random.pick(skus),
    quantity: random.integer(1, 4),
  }));
}
