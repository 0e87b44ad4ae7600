import {
  IdempotencyKeyReusedError,
  type Order,
  type PlacedOrder,
  RequestInFlightError,
  UnknownSkuError,
} from '@ballast/orders/simulation';
import type { OrdersApi } from '../client/orders-api.ts';
import type { Outcome } from '../history/history-log.ts';
import type { Machine } from './machine.ts';
import { ordersService } from './orders-service.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** How long a customer waits for an answer. */
const answerWithinMs = 3000;

/** The HTTP contract of orders without HTTP: the same outcomes for the same reasons. */
export function simulatedApi(system: SimulatedSystem, customer: Machine): OrdersApi {
  async function ask(act: (service: ReturnType<typeof ordersService>) => Promise<Outcome>): Promise<Outcome> {
    const replica = system.world.random.pick(system.orders);
    const service = ordersService(system, replica);
    const link = { ...system.network, timeoutMs: answerWithinMs };
    return customer
      .call(replica, link, () => act(service).catch(problem))
      .catch((error: Error) => ({ type: 'unknown', reason: error.message }));
  }

  return {
    place: ({ key, customerId, items }) =>
      ask(async (service) => placed(await service.place({ customerId, items: [...items] }, key))),
    read: (orderId) => ask(async (service) => found(await service.read(orderId))),
    async close() {},
  };
}

function placed({ order, isReplay }: PlacedOrder): Outcome {
  if (order.status === 'rejected')
    return { type: 'fail', status: order.reason === 'unknown-sku' ? 422 : 409, code: order.reason };
  return { type: 'ok', orderId: order.id, orderStatus: order.status, replayed: isReplay };
}

function found(order: Order | undefined): Outcome {
  if (!order) return { type: 'fail', status: 404, code: 'unknown-order' };
  return { type: 'ok', orderId: order.id, orderStatus: order.status, replayed: false };
}

function problem(error: unknown): Outcome {
  if (error instanceof RequestInFlightError) {
    const { retryAfterMs } = error;
    return { type: 'fail', status: 409, code: 'request-in-flight', retryAfterMs };
  }
  if (error instanceof IdempotencyKeyReusedError)
    return { type: 'fail', status: 422, code: 'idempotency-key-reused' };
  if (error instanceof UnknownSkuError) return { type: 'fail', status: 422, code: 'unknown-sku' };
  return { type: 'fail', status: 503, code: 'database-unavailable' };
}
