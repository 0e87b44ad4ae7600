import { describeRoute } from '@ballast/service-kit';
import { z } from 'zod';
import type { PurchaseStore } from '../use-cases/advice.ts';

const maxAdvice = 4;

export const customerId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const adviceBody = z
  .object({
    customerId,
    basis: z.enum(['bought-together', 'popular']).describe('popular: nothing is known of this customer'),
    items: z.array(z.object({ sku: z.string() })).max(maxAdvice),
  })
  .meta({ id: 'Advice' });

/** `GET /v1/recommendations/{customerId}` */
export function recommendationsRoute(purchases: PurchaseStore) {
  return describeRoute({
    method: 'get',
    path: '/v1/recommendations/{customerId}',
    name: 'readRecommendations',
    summary: 'What others bought together with what this customer has, or what is popular',
    params: z.object({ customerId }),
    responses: { 200: { description: 'Best first', schema: adviceBody } },
    async handle({ params: { customerId } }) {
      const { basis, skus } = await purchases.advise(customerId, maxAdvice);
      return { status: 200, body: { customerId, basis, items: skus.map((sku) => ({ sku })) } };
    },
  });
}
