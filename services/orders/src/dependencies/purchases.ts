import { dependency, standardPolicy } from '@ballast/resilience';
import type { HttpClient } from '@ballast/service-kit';
import { z } from 'zod';
import type { Timing } from '../environment.ts';
import type { Order } from '../use-cases/order.ts';

/** Telling recommendation about a sale: never on an order's way. What fails stays in the outbox. */
export function purchasesDependency(client: HttpClient, timing: Timing = {}) {
  return dependency<Order, unknown>({
    name: 'purchases',
    // One attempt: the outbox itself is the retry, with a longer memory than any loop here.
    policy: standardPolicy({
      deadlineMs: 1000,
      attemptTimeoutMs: 800,
      bulkhead: { maxConcurrent: 8, maxQueue: 16, queueTimeoutMs: 500 },
      retry: { maxAttempts: 1 },
      breaker: { windowMs: 1000, minCalls: 3, openMs: 1000, maxOpenMs: 3000 },
    }),
    idempotent: true,
    ...timing,
    call({ id, customerId, items }, ctx) {
      const body = { customerId, skus: items.map(({ sku }) => sku) };
      return client.json({ method: 'PUT', path: `/v1/purchases/${id}`, body, schema: z.undefined(), ctx });
    },
  });
}
