import {
  defaultAnswer,
  dependency,
  type StaleCache,
  staleIfError,
  standardPolicy,
} from '@ballast/resilience';
import type { HttpClient } from '@ballast/service-kit';
import { z } from 'zod';

export const skuList = z.array(z.string().max(40)).max(20);
const answer = z.object({ items: z.array(z.object({ sku: z.string().max(40) })).max(20) });

// What sells in every harbour: right enough for anybody, and needs nobody to be asked.
const HARBOUR_FAVOURITES = ['COFFEE-HARBOUR-1KG', 'MUG-ENAMEL', 'TORCH-FLOATING', 'ROPE-DOUBLE-BRAID-10'];

/** "You may also like": optional. Live, else remembered, else the favourites; or off by flag. */
export function recommendationDependency(
  client: HttpClient,
  { cache, isEnabled }: { cache: StaleCache<string[]>; isEnabled: () => boolean },
) {
  return dependency<string, string[]>({
    name: 'recommendation',
    policy: standardPolicy({
      deadlineMs: 250,
      attemptTimeoutMs: 150,
      bulkhead: { maxConcurrent: 32, maxQueue: 32, queueTimeoutMs: 50 },
      retry: { maxAttempts: 2, baseDelayMs: 20 },
      breaker: { windowMs: 1000, minCalls: 5, openMs: 1000, maxOpenMs: 3000 },
    }),
    idempotent: true,
    async call(customerId, ctx) {
      const path = `/v1/recommendations/${encodeURIComponent(customerId)}`;
      const { items } = await client.json({ method: 'GET', path, schema: answer, ctx });
      return items.map(({ sku }) => sku);
    },
    degrade: [
      staleIfError({ cache, key: (customerId) => customerId }),
      defaultAnswer(() => HARBOUR_FAVOURITES),
    ],
    isEnabled,
    disabledValue: () => [],
  });
}
