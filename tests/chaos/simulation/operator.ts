import { sleep } from '../sleep.ts';
import { request } from './dispatch.ts';
import type { HttpResponse } from './http.ts';
import { Machine } from './machine.ts';
import { notice, type SimulatedSystem } from './simulated-system.ts';

const requeueEveryMs = 1000;
const cancelAgainAfterMs = 500;
const answerWithinMs = 3500;

export interface Operator {
  /** Asks again until there is an answer that stays. */
  cancel(orderId: string): Promise<void>;
}

/** Somebody who looks after the system: requeues what relays gave up on, and cancels what customers no longer want. */
export function startOperator(system: SimulatedSystem, closing: AbortSignal): Operator {
  const { process } = new Machine(system.world, 'operator');

  async function post(path: string, body?: object): Promise<HttpResponse | undefined> {
    const link = { ...system.network, timeoutMs: answerWithinMs };
    const message = { method: 'POST', path, headers: {}, body: body && JSON.stringify(body) };
    return request(system, { from: process, service: 'orders', link }, message).catch(() => undefined);
  }

  async function requeue(): Promise<void> {
    while (!closing.aborted) {
      await sleep(process, requeueEveryMs);
      // Only then, or every message of an idle operator would be a place for a fault.
      if (system.databases.orders.rows.every(({ parkedAtMs }) => parkedAtMs === null)) continue;
      const answer = await post('/v1/outbox/requeue', {});
      if (answer?.status === 200 && JSON.parse(answer.body).requeued > 0)
        notice(system, 'a row was requeued');
    }
  }

  requeue();
  return {
    async cancel(orderId) {
      while (!closing.aborted) {
        const answer = await post(`/v1/orders/${orderId}/cancel`);
        if (answer?.status === 200) notice(system, 'an order was cancelled');
        if (answer && answer.status < 500) return;
        await sleep(process, cancelAgainAfterMs);
      }
    },
  };
}
