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
  // Customers do not order what the shop shows as sold out.
  return parsed.data.products.filter(({ available }) => available > 0).map(({ sku }) => sku);
}

/** Calls back with the products on offer from time to time; when inventory does not answer, the offer stays. */
export function watchCatalogue(inventory: ShopClient, onOffer: (skus: readonly string[]) => void): void {
  setInterval(async () => {
    const skus = await readSkus(inventory);
    if (skus && skus.length > 0) onOffer(skus);
  }, refreshMs);
}

/** Waits until orders is ready and there are products; resolves with their SKUs. */
export async function untilShopOpens(orders: ShopClient, inventory: ShopClient): Promise<readonly string[]> {
  for (;;) {
    const skus = await readSkus(inventory);
    if (skus && (await isReady(orders))) return skus;
    await delay(pollMs);
  }
}
