import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import { putReservation } from '../use-cases/put-reservation.ts';
import { releaseReservation } from '../use-cases/release-reservation.ts';
import {
  type Reservation,
  ReservationDiffersError,
  type ReservationStore,
  StockBusyError,
} from '../use-cases/reservation.ts';
import { sku } from './products.ts';

const orderId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const params = z.object({ orderId });

// A line of an order has at most 99 pieces, and an order may repeat a product in each of its 50 lines.
const lines = z
  .array(z.strictObject({ sku, quantity: z.int().min(1).max(4950) }))
  .min(1)
  .max(50);

const requestBody = z
  .strictObject({ items: lines, status: z.enum(['reserved', 'confirmed']).default('reserved') })
  .meta({
    id: 'ReservationRequest',
    description: 'What the reservation shall be; lines with the same sku are added up.',
  });

const reservationBody = z
  .object({
    orderId: z.string(),
    status: z.enum(['reserved', 'confirmed', 'refused', 'released', 'expired']),
    reason: z.string().optional().describe('Why it was refused'),
    items: z.array(z.object({ sku: z.string(), quantity: z.int() })),
    expiresAt: z.iso.datetime().describe('When a reserved one gives its stock back'),
  })
  .meta({ id: 'Reservation' });

/** `PUT /v1/reservations/{orderId}` */
export function putReservationRoute(store: ReservationStore) {
  return describeRoute({
    method: 'put',
    path: '/v1/reservations/{orderId}',
    name: 'putReservation',
    summary: 'Holds stock for an order, or sells it: decided once per order, and repeated when asked again',
    priority: 'critical',
    params,
    body: requestBody,
    responses: { 200: { description: 'Reserved or confirmed', schema: reservationBody } },
    problems: {
      409: 'insufficient-stock, reservation-released, or reservation-differs (decided for other items)',
      422: 'unknown-sku',
      503: 'stock-busy while another session holds a product, or as for any request. Nothing was decided',
    },
    async handle({ params: { orderId }, body }) {
      const reservation = await putReservation(store, orderId, body).catch(throwProblem);
      if (reservation.status === 'reserved' || reservation.status === 'confirmed') {
        return { status: 200, body: toReservationBody(reservation) };
      }
      throw problem(
        reservation.reason === 'unknown-sku' ? 422 : 409,
        reservation.reason ?? 'reservation-released',
      );
    },
  });
}

/** `GET /v1/reservations/{orderId}` */
export function readReservationRoute(store: ReservationStore) {
  return describeRoute({
    method: 'get',
    path: '/v1/reservations/{orderId}',
    name: 'readReservation',
    summary: 'What was decided for an order, the latest if there was more than one',
    params,
    responses: { 200: { description: 'The reservation', schema: reservationBody } },
    problems: { 404: 'unknown-reservation' },
    async handle({ params: { orderId } }) {
      const reservation = await store.find(orderId);
      if (!reservation) throw problem(404, 'unknown-reservation', `Nothing was decided for order ${orderId}`);
      return { status: 200, body: toReservationBody(reservation) };
    },
  });
}

const maxListed = 1000;

const listQuery = z.object({
  after: orderId.optional().describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .pipe(z.int().max(maxListed))
    .optional()
    .describe(`At most ${maxListed}; 100 by default`),
});

/** `GET /v1/reservations`, for a reconciler or an operator. */
export function listReservationsRoute(store: ReservationStore) {
  return describeRoute({
    method: 'get',
    path: '/v1/reservations',
    name: 'listReservations',
    summary: 'What was decided for each order, by order id, a page at a time',
    priority: 'sheddable',
    query: listQuery,
    responses: {
      200: {
        description: 'One page; `next` is missing from the last one',
        schema: z.object({ reservations: z.array(reservationBody), next: orderId.optional() }),
      },
    },
    async handle({ query: { after, limit = 100 } }) {
      const reservations = await store.list({ after, limit });
      const next = reservations.length === limit ? reservations.at(-1)?.orderId : undefined;
      return {
        status: 200,
        body: { reservations: reservations.map(toReservationBody), ...(next && { next }) },
      };
    },
  });
}

/** `DELETE /v1/reservations/{orderId}` */
export function deleteReservationRoute(store: ReservationStore) {
  return describeRoute({
    method: 'delete',
    path: '/v1/reservations/{orderId}',
    name: 'deleteReservation',
    summary: 'Gives the stock back, and refuses a reservation of this order that comes later',
    priority: 'critical',
    params,
    responses: { 204: { description: 'No stock is held for this order' } },
    problems: { 409: 'reservation-confirmed', 503: 'stock-busy, or as for any request' },
    async handle({ params: { orderId } }) {
      const { status } = await releaseReservation(store, orderId).catch(throwProblem);
      if (status === 'confirmed')
        throw problem(409, 'reservation-confirmed', 'What is sold is not given back');
      return { status: 204 };
    },
  });
}

function throwProblem(cause: unknown): never {
  if (cause instanceof StockBusyError) {
    const { message, retryAfterMs } = cause;
    throw problem(503, 'stock-busy', `Try again: ${message}`, { retryAfterMs, cause });
  }
  if (!(cause instanceof ReservationDiffersError)) throw cause;
  throw problem(409, 'reservation-differs', 'This order was decided for other items', { cause });
}

function toReservationBody({ orderId, status, reason, items, expiresAt }: Reservation) {
  return { orderId, status, ...(reason && { reason }), items, expiresAt: expiresAt.toISOString() };
}
