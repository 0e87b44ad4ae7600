import { runCustomer } from '../client/customer.ts';
import type { OrdersApi } from '../client/orders-api.ts';
import type { HistoryLog, Outcome } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Machine } from './machine.ts';
import type { Operator } from './operator.ts';
import { simulatedApi } from './simulated-api.ts';
import type { SimulatedSystem } from './simulated-system.ts';

type Run = {
  readonly log: HistoryLog;
  readonly random: SeededRandom;
  readonly closing: AbortSignal;
  readonly operator: Operator;
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
    const api = cancelling(simulatedApi(system, process), { ...run, random: random.fork('cancel'), system });
    const order = {
      key: `key-${customer}`,
      // Some customers come more than once, so that something may be remembered for them.
      customerId: `customer-${customer % customersWithName}`,
      items: basket(system, random),
    };
    const tools = { ...run, random, api, clock: process };
    const visit = async () => {
      await runCustomer(order, tools);
      if (random.chance(conditions.reuseRatio)) await reuseKey(order, tools);
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

type Order = Parameters<typeof runCustomer>[0];

/** A customer with a bug: another body under the same key. */
async function reuseKey(
  { key, customerId, items }: Order,
  { log, api }: { log: HistoryLog; api: OrdersApi },
) {
  const others = [...items, { sku: items[0]?.sku ?? '', quantity: 5 }];
  await log.attempt({ operation: 'place', key, items: others }, () =>
    api.place({ key, customerId, items: others }),
  );
}

/** Lets an operator cancel some of the orders that are acknowledged as pending. */
function cancelling(
  api: OrdersApi,
  { operator, random, system }: Run & { readonly system: SimulatedSystem },
): OrdersApi {
  const willCancel = random.chance(system.conditions.cancelRatio);
  let isAsked = false;
  function note(outcome: Outcome): Outcome {
    if (!willCancel || isAsked || outcome.type !== 'ok' || outcome.orderStatus !== 'pending') return outcome;
    isAsked = true;
    const { orderId } = outcome;
    system.world.setTimer(() => operator.cancel(orderId), random.next() * 1000);
    return outcome;
  }
  return { ...api, place: async (order) => note(await api.place(order)) };
}
