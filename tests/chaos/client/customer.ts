import { backoffMs, type Clock } from '@ballast/resilience/primitives';
import { finalErrorCodes, type OrderLine } from '../history/entry.ts';
import type { HistoryLog, Outcome } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { sleep } from '../sleep.ts';
import type { OrdersApi } from './orders-api.ts';

export type CustomerTools = {
  readonly api: OrdersApi;
  readonly log: HistoryLog;
  readonly random: SeededRandom;
  readonly clock: Clock;
  /** Once it is aborted, a customer asks no more. */
  readonly closing: AbortSignal;
};

export type OrderRequest = {
  readonly key: string;
  readonly customerId: string;
  readonly items: readonly OrderLine[];
};

const concurrentDuplicates = 0.1;
const serialDuplicates = 0.1;
const longestPauseMs = 4000;
/** Shorter than the time an order may take to settle, or the pause would be what is late. */
const longestPauseBetweenReadsMs = 2500;

/**
 * Places one order as real clients do: sends it twice by accident, retries when the outcome is unknown, and reads it
 * until it is settled.
 */
export async function runCustomer(order: OrderRequest, tools: CustomerTools): Promise<void> {
  const sendings = tools.random.chance(concurrentDuplicates) ? tools.random.integer(2, 3) : 1;
  await Promise.all(Array.from({ length: sendings }, () => placeUntilAnswered(order, tools)));
  if (tools.random.chance(serialDuplicates)) await place(order, tools);
}

async function placeUntilAnswered(order: OrderRequest, tools: CustomerTools): Promise<void> {
  for (let attempt = 1; !tools.closing.aborted; attempt += 1) {
    const outcome = await place(order, tools);
    if (outcome.type === 'ok') return follow(outcome.orderId, tools);
    if (outcome.type === 'fail' && isFinal(outcome)) return;
    await sleep(tools.clock, pauseMs(outcome, attempt, tools));
  }
}

/** Reads the order once after every acknowledgement, and then until it is settled. */
async function follow(orderId: string, tools: CustomerTools): Promise<void> {
  for (let attempt = 1; !tools.closing.aborted; attempt += 1) {
    const outcome = await tools.log.attempt({ operation: 'read', orderId }, () => tools.api.read(orderId));
    if (outcome.type === 'ok' && outcome.orderStatus !== 'pending') return;
    await sleep(tools.clock, pauseMs(outcome, attempt, tools));
  }
}

function place(order: OrderRequest, { api, log }: CustomerTools): Promise<Outcome> {
  return log.attempt({ operation: 'place', ...order }, () => api.place(order));
}

/** Busy, shed and in flight end by themselves; every other error is the customer's own and stays. */
function isFinal({ status, code }: Extract<Outcome, { type: 'fail' }>): boolean {
  return finalErrorCodes.includes(code) || ![409, 429, 503].includes(status);
}

/** As long as the server asks for, and longer with every attempt: customers who hurry keep a weak system down. */
function pauseMs(outcome: Outcome, attempt: number, { random }: CustomerTools): number {
  const asked = outcome.type === 'fail' ? Math.min(outcome.retryAfterMs ?? 0, longestPauseMs) : 0;
  // Here the server knows the time to wait: until the lock of the first request ends.
  if (outcome.type === 'fail' && outcome.code === 'request-in-flight' && asked > 0) return asked;
  const maxDelayMs = outcome.type === 'ok' ? longestPauseBetweenReadsMs : longestPauseMs;
  return Math.max(asked, backoffMs({ baseDelayMs: 100, maxDelayMs, jitter: 'equal' }, attempt, random.next));
}
