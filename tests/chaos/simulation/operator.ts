import type { HistoryLog } from '../history/history-log.ts';
import { sleep } from '../sleep.ts';
import { request } from './dispatch.ts';
import { Machine } from './machine.ts';
import type { SimulatedSystem } from './simulated-system.ts';

const requeueEveryMs = 1000;
const answerWithinMs = 1000;

/** Has every parked row tried again, as somebody does who has read the alert. */
export async function startOperator(
  system: SimulatedSystem,
  { log, closing }: { readonly log: HistoryLog; readonly closing: AbortSignal },
): Promise<void> {
  const { process } = new Machine(system.world, 'operator');
  while (!closing.aborted) {
    await sleep(process, requeueEveryMs);
    // Only then, or every message of an idle operator would be a place for a fault.
    if (system.databases.orders.rows.every(({ parkedAtMs }) => parkedAtMs === null)) continue;
    const link = { ...system.network, timeoutMs: answerWithinMs };
    const message = { method: 'POST', path: '/v1/outbox/requeue', headers: {}, body: '{}' };
    const answer = await request(system, { from: process, service: 'orders', link }, message).catch(
      () => undefined,
    );
    const requeued = answer?.status === 200 ? JSON.parse(answer.body).requeued : 0;
    if (requeued > 0) log.requeued(requeued);
  }
}
