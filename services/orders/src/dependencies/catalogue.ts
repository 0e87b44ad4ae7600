import { dependency, standardPolicy } from '@ballast/resilience';
import type { HttpClient } from '@ballast/service-kit';
import { z } from 'zod';
import type { Timing } from '../environment.ts';
import type { CatalogueEntry } from '../use-cases/catalogue.ts';

const product = z
  .object({ sku: z.string().max(40), name: z.string().max(200), unitPrice: z.number().positive() })
  .transform(({ sku, name, unitPrice }) => ({ sku, name, priceCents: Math.round(unitPrice * 100) }));
const answer = z.object({ products: z.array(product).min(1).max(10_000) });
const maxBodyBytes = 2 * 1024 * 1024;

/** Inventory's products: copied in the background, so that prices are known while inventory is away. */
export function catalogueDependency(client: HttpClient, timing: Timing = {}) {
  return dependency<void, CatalogueEntry[]>({
    name: 'catalogue',
    policy: standardPolicy({
      deadlineMs: 1500,
      attemptTimeoutMs: 1000,
      bulkhead: { maxConcurrent: 2, maxQueue: 2, queueTimeoutMs: 100 },
      retry: { maxAttempts: 2 },
      breaker: { minCalls: 3, openMs: 1000, maxOpenMs: 3000 },
    }),
    idempotent: true,
    ...timing,
    async call(_nothing, ctx) {
      const request = { method: 'GET', path: '/v1/products', schema: answer, ctx, maxBodyBytes } as const;
      return (await client.json(request)).products;
    },
  });
}
