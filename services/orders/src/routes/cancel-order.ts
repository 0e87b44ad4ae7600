import type { RequestContext } from '@ballast/service-kit';
import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import { OrderSettledError } from '../use-cases/cancel-order.ts';
import type { Order } from '../use-cases/order.ts';
import { orderBody, orderId, toOrderBody } from './order-body.ts';

/** `POST /v1/orders/{id}/cancel`, for an operator. */
export function cancelOrderRoute(
  cancel: (orderId: string, context: RequestContext) => Promise<Order | undefined>,
) {
  return describeRoute({
    method: 'post',
    path: '/v1/orders/{id}/cancel',
    name: 'cancelOrder',
    summary: 'Rejects a pending order, once inventory holds nothing for it and never will',
    params: z.object({ id: orderId }),
    responses: { 200: { description: 'The cancelled order', schema: orderBody } },
    problems: {
      404: 'unknown-order',
      409: 'order-settled: it was confirmed, or rejected for another reason',
      503: 'dependency-unavailable: inventory must release the reservation first, and the order is pending as before',
    },
    async handle({ params: { id }, context }) {
      const order = await cancel(id, context).catch(throwProblem);
      if (!order) throw problem(404, 'unknown-order', `There is no order ${id}`);
      return { status: 200, body: toOrderBody(order) };
    },
  });
}

function throwProblem(cause: unknown): never {
  if (!(cause instanceof OrderSettledError)) throw cause;
  throw problem(409, 'order-settled', `The order is settled: it is ${cause.order.status}`, { cause });
}
