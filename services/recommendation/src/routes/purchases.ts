import { describeRoute } from '@ballast/service-kit';
import { z } from 'zod';
import type { PurchaseStore } from '../use-cases/advice.ts';
import { customerId } from './recommendations.ts';

const purchaseBody = z
  .strictObject({
    customerId,
    skus: z
      .array(z.string().regex(/^[A-Za-z0-9-]{1,40}$/))
      .min(1)
      .max(50),
  })
  .meta({ id: 'Purchase' });

/** `PUT /v1/purchases/{orderId}` */
export function putPurchaseRoute(purchases: PurchaseStore) {
  return describeRoute({
    method: 'put',
    path: '/v1/purchases/{orderId}',
    name: 'putPurchase',
    summary: 'Takes note of a confirmed order; repeating it changes nothing',
    params: z.object({ orderId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
    body: purchaseBody,
    responses: { 204: { description: 'Noted; it counts within seconds' } },
    async handle({ params: { orderId }, body: { customerId, skus } }) {
      await purchases.record({ orderId, customerId, skus: [...new Set(skus)] });
      return { status: 204 };
    },
  });
}
