import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ShopClient } from './shop-client.ts';

const product = z.object({ sku: z.string(), available: z.number().default(1) });
const catalogue = z.object({ products: z.array(product).min(1) });
const pollMs = 100;
const refreshMs = 10_000;

async function isReady(service: ShopClient): Promise<boolean> {
  const reply = await service.send({ method: 'GET', path: '/health/ready' });
  return reply.kind === 'answer' && reply.status === 200;
}

async function readSkus(inventory: ShopClient): Promise<readonly string[] | undefined> {
  const reply = await inventory.send({ method: 'GET', path: '/v1/products' });
  if (reply.kind !== 'answer') return undefined;
  const parsed = catalogue.safeParse(reply.body);
  if (!parsed.success) return undefined;
  // Nobody puts into the basket what the page says is sold out.
  return parsed.data.products.filter(({ available }) => available > 0).map(({ sku }) => sku);
}

/** Calls back with what is on offer now and then; an inventory that does not answer changes nothing. */
export function watchCatalogue(inventory: ShopClient, onOffer: (skus: readonly string[]) => void): void {
  setInterval(async () => {
    const skus = await readSkus(inventory);
    if (skus && skus.length > 0) onOffer(skus);
  }, refreshMs);
}

/** Waits until there is something to buy and somebody to buy from; resolves with what is on offer. */
export async function untilShopOpens(orders: ShopClient, inventory: ShopClient): Promise<readonly string[]> {
  for (;;) {
    const skus = await readSkus(inventory);
    if (skus && (await isReady(orders))) return skus;
    await delay(pollMs);
  }
}
