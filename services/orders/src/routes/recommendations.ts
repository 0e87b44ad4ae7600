import type { CallOptions } from '@ballast/resilience';
import { describeRoute } from '@ballast/service-kit';
import { z } from 'zod';
import type { Recommendations } from '../use-cases/order.ts';
import { customerId, recommendationsBody } from './order-body.ts';

/** `GET /v1/recommendations?customerId=` */
export function recommendationsRoute(
  recommend: (customerId: string, options: CallOptions) => Promise<Recommendations>,
) {
  return describeRoute({
    method: 'get',
    path: '/v1/recommendations',
    name: 'readRecommendations',
    summary: 'The degradable call alone: live, cached, default or disabled, never an error',
    priority: 'sheddable',
    query: z.object({ customerId }),
    responses: { 200: { description: 'Recommendations and their source', schema: recommendationsBody } },
    async handle({ query, context }) {
      return { status: 200, body: await recommend(query.customerId, context) };
    },
  });
}
