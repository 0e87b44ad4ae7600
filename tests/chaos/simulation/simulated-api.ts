import { deadlineHeader } from '@ballast/service-kit';
import { type OrdersApi, outcomeOf } from '../client/orders-api.ts';
import type { Outcome } from '../history/history-log.ts';
import { request } from './dispatch.ts';
import type { HttpRequest } from './http.ts';
import type { CallFailedError, Process } from './machine.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** What a customer sends as the deadline; then a little is left for the way back. */
const deadlineMs = 3000;
const answerWithinMs = deadlineMs + 500;

/** The API of orders over the simulated network. */
export function simulatedApi(system: SimulatedSystem, from: Process): OrdersApi {
  async function ask(message: Omit<HttpRequest, 'headers'>, headers = {}): Promise<Outcome> {
    const link = { ...system.network, timeoutMs: answerWithinMs };
    try {
      const response = await request(system, { from, service: 'orders', link }, { ...message, headers });
      return outcomeOf(response.status, response.headers, JSON.parse(response.body));
    } catch (error) {
      return { type: 'unknown', reason: (error as CallFailedError).code };
    }
  }

  return {
    place: ({ key, ...body }) =>
      ask(
        { method: 'POST', path: '/v1/orders', body: JSON.stringify(body) },
        { 'idempotency-key': key, [deadlineHeader]: String(deadlineMs) },
      ),
    read: (orderId) => ask({ method: 'GET', path: `/v1/orders/${orderId}` }),
    cancel: (orderId) =>
      ask({ method: 'POST', path: `/v1/orders/${orderId}/cancel` }, { [deadlineHeader]: String(deadlineMs) }),
    async close() {},
  };
}
