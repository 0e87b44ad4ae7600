import { defaultAnswer, dependency, staleIfError, standardPolicy } from '@ballast/resilience';
import type { HttpClient } from '@ballast/service-kit';
import { z } from 'zod';
import type { RecommendationOptions } from '../environment.ts';

const answer = z.object({ items: z.array(z.object({ sku: z.string().max(40) })).max(20) });

// These suit every customer, and no other service has to be asked for them.
const favouriteSkus = ['COFFEE-HARBOUR-1KG', 'MUG-ENAMEL', 'TORCH-FLOATING', 'ROPE-DOUBLE-BRAID-10'];

/** "You may also like": optional. Live, else remembered, else the favourites; or off by flag. */
export function recommendationDependency(client: HttpClient, { cache, ...options }: RecommendationOptions) {
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
      return (await client.json({ method: 'GET', path, schema: answer, ctx })).items.map(({ sku }) => sku);
    },
    // The favourites even for a 4xx: whatever recommendation says, it must not stop an order.
    degrade: [
      staleIfError({ cache, key: (customerId) => customerId }),
      defaultAnswer(() => favouriteSkus, { degradeOn: () => true }),
    ],
    ...options,
    disabledValue: () => [],
  });
}
