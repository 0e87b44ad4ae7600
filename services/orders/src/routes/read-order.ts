import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import type { Stories } from '../stories.ts';
import type { OrderStore } from '../use-cases/order.ts';
import { orderBody, orderId, toOrderBody } from './order-body.ts';

const params = z.object({ id: orderId });

/** `GET /v1/orders/{id}` */
export function readOrderRoute(orders: Pick<OrderStore, 'find'>) {
  return describeRoute({
    method: 'get',
    path: '/v1/orders/{id}',
    name: 'readOrder',
    summary: 'An order as it stands',
    params,
    responses: { 200: { description: 'The order', schema: orderBody } },
    problems: { 404: 'unknown-order' },
    async handle({ params: { id } }) {
      const order = await orders.find(id);
      if (!order) throw problem(404, 'unknown-order', `There is no order ${id}`);
      return { status: 200, body: toOrderBody(order) };
    },
  });
}

const storyBody = z
  .object({
    id: orderId,
    events: z.array(z.looseObject({ atMs: z.number(), dependency: z.string(), type: z.string() })),
  })
  .meta({ id: 'OrderStory', description: 'What was decided for an order, in order of time since it began.' });

/** `GET /v1/orders/{id}/story` */
export function readStoryRoute(stories: Stories) {
  return describeRoute({
    method: 'get',
    path: '/v1/orders/{id}/story',
    name: 'readOrderStory',
    summary: 'The resilience decisions of a recent order',
    description: 'Kept in memory by the process that took them, for the latest orders only.',
    priority: 'sheddable',
    params,
    responses: { 200: { description: 'Its decisions', schema: storyBody } },
    problems: { 404: 'unknown-story' },
    handle({ params: { id } }) {
      const events = stories.eventsOf(id);
      if (!events) throw problem(404, 'unknown-story', `Nothing is remembered of order ${id}`);
      return { status: 200, body: { id, events } };
    },
  });
}
