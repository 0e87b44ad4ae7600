import type { FinalState, StockRow } from '../checker/final-state.ts';
import type { Databases, SimulatedSystem } from './simulated-system.ts';

const sampleEveryMs = 200;

/** What is seen of the databases while the run goes on. */
export type Watch = Pick<FinalState, 'stockSamples' | 'supply' | 'forgottenWhilePending'>;

/** Takes samples from now on. */
export function watch({ world, databases }: SimulatedSystem): () => Watch {
  const stockSamples: StockRow[][] = [];
  const forgotten = new Set<string>();
  const supply = stockOf(databases).map(({ sku, supplied }) => ({ sku, supplied }));
  function sample(): void {
    stockSamples.push(stockOf(databases));
    for (const orderId of pendingWithoutKey(databases)) forgotten.add(orderId);
    world.setTimer(sample, sampleEveryMs);
  }
  sample();
  return () => ({ stockSamples, supply, forgottenWhilePending: [...forgotten] });
}

export function stockOf({ inventory }: Databases): StockRow[] {
  return [...inventory.stock].map(([sku, row]) => ({ sku, ...row }));
}

function pendingWithoutKey({ orders: { orders, keys } }: Databases): string[] {
  const known = new Set([...keys.values()].map(({ orderId }) => orderId));
  return [...orders.values()]
    .filter(({ id, status }) => status === 'pending' && !known.has(id))
    .map(({ id }) => id);
}
