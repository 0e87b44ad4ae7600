import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ShopClient } from './shop-client.ts';

const catalogue = z.object({ products: z.array(z.object({ sku: z.string() })).min(1) });
const pollMs = 100;

async function isReady(service: ShopClient): Promise<boolean> {
  const reply = await service.send({ method: 'GET', path: '/health/ready' });
  return reply.kind === 'answer' && reply.status === 200;
}

async function readSkus(inventory: ShopClient): Promise<readonly string[] | undefined> {
  const reply = await inventory.send({ method: 'GET', path: '/v1/products' });
  if (reply.kind !== 'answer') return undefined;
  const parsed = catalogue.safeParse(reply.body);
  return parsed.success ? parsed.data.products.map(({ sku }) => sku) : undefined;
}

/** Waits until there is something to buy and somebody to buy from; resolves with what is on offer. */
export async function untilShopOpens(orders: ShopClient, inventory: ShopClient): Promise<readonly string[]> {
  for (;;) {
    const skus = await readSkus(inventory);
    if (skus && (await isReady(orders))) return skus;
    await delay(pollMs);
  }
}
