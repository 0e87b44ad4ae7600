import type { HistoryLog } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** Writes down what every product costs, and changes a price now and then. */
export function changePrices(system: SimulatedSystem, log: HistoryLog, random: SeededRandom): void {
  const { world, conditions, products } = system;
  for (const { sku, priceCents } of products) log.priced(sku, priceCents);
  const next = () => {
    const gapMs = -Math.log(1 - random.next()) * conditions.priceChangeEveryMs;
    if (world.now() + gapMs >= conditions.faultsMs) return;
    world.setTimer(() => {
      const product = random.pick(products);
      product.priceCents += random.integer(1, 500);
      log.priced(product.sku, product.priceCents);
      next();
    }, gapMs);
  };
  next();
}
