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
  /**
   * For how long a key is used after its first time: once it may have been forgotten, it would make a second order.
   * @default for ever
   */
  readonly keyLifeMs?: number;
};

export type OrderRequest = {
  readonly key: string;
  readonly customerId: string;
  readonly items: readonly OrderLine[];
};

/** Shares of the customers with a habit that a shop has to cope with. */
export const habits = {
  /** Sends the order two or three times at once. */
  concurrentDuplicates: 0.1,
  /** Sends it again as soon as it is answered. */
  serialDuplicates: 0.1,
  /** Sends it again seconds later, with its lines in another order. */
  lateDuplicates: 0.05,
  /** Uses the key again for another order. */
  otherBodies: 0.04,
  /** Has the order cancelled when it is answered as pending. */
  cancellations: 0.3,
} as const;
/** Far less than a key is kept. */
const latestDuplicateMs = 8000;
const maxCancellations = 8;
const betweenCancellationsMs = 300;
const longestPauseMs = 4000;
/** Shorter than the time an order may take to settle, or the pause would be what is late. */
const longestPauseBetweenReadsMs = 2500;

/**
 * Places one order as real clients do: sends it twice by accident, retries when the outcome is unknown, and reads it
 * until it is settled.
 */
export async function runCustomer(order: OrderRequest, tools: CustomerTools): Promise<void> {
  const { random } = tools;
  const mayUseKey = keyUse(tools);
  const sendings = random.chance(habits.concurrentDuplicates) ? random.integer(2, 3) : 1;
  await Promise.all(
    Array.from({ length: sendings }, () => placeUntilAnswered(order, { ...tools, mayUseKey })),
  );
  if (random.chance(habits.serialDuplicates) && mayUseKey()) await place(order, tools);
  if (random.chance(habits.otherBodies) && mayUseKey())
    await place({ ...order, items: anotherBasket(order.items) }, tools);
  if (random.chance(habits.lateDuplicates)) await placeLater(order, { ...tools, mayUseKey });
}

type KeyUse = { readonly mayUseKey: () => boolean };

function keyUse({ clock, closing, keyLifeMs = Number.POSITIVE_INFINITY }: CustomerTools): () => boolean {
  const endsAt = clock.now() + keyLifeMs;
  return () => !closing.aborted && clock.now() < endsAt;
}

/** The same products, and more of each. */
function anotherBasket(items: readonly OrderLine[]): OrderLine[] {
  return items.map(({ sku, quantity }) => ({ sku, quantity: quantity + 1 }));
}

async function placeLater(order: OrderRequest, tools: CustomerTools & KeyUse): Promise<void> {
  await sleep(tools.clock, tools.random.integer(500, latestDuplicateMs), tools.closing);
  if (tools.mayUseKey()) await place({ ...order, items: order.items.toReversed() }, tools);
}

async function placeUntilAnswered(order: OrderRequest, tools: CustomerTools & KeyUse): Promise<void> {
  for (let attempt = 1; tools.mayUseKey(); attempt += 1) {
    const outcome = await place(order, tools);
    if (outcome.type === 'ok') return follow(outcome, tools);
    if (outcome.type === 'fail' && isFinal(outcome)) return;
    await sleep(tools.clock, pauseMs(outcome, attempt, tools));
  }
}

/** Both at once: a customer who waits to have the order cancelled looks whether it was settled meanwhile. */
async function follow(
  { orderId, orderStatus }: Extract<Outcome, { type: 'ok' }>,
  tools: CustomerTools,
): Promise<void> {
  const isCancelled = orderStatus === 'pending' && tools.random.chance(habits.cancellations);
  await Promise.all([isCancelled && cancel(orderId, tools), readUntilSettled(orderId, tools)]);
}

/** Reads the order once after every acknowledgement, and then until it is settled. */
async function readUntilSettled(orderId: string, tools: CustomerTools): Promise<void> {
  const { api, log } = tools;
  for (let attempt = 1; !tools.closing.aborted; attempt += 1) {
    const outcome = await log.attempt({ operation: 'read', orderId }, () => api.read(orderId));
    if (outcome.type === 'ok' && outcome.orderStatus !== 'pending') return;
    await sleep(tools.clock, pauseMs(outcome, attempt, tools));
  }
}

/** Asks a few times: as long as inventory is away, nothing can be released. */
async function cancel(orderId: string, { api, log, clock, closing }: CustomerTools): Promise<void> {
  const ask = api.cancel;
  for (let attempt = 1; ask && attempt <= maxCancellations && !closing.aborted; attempt += 1) {
    const outcome = await log.attempt({ operation: 'cancel', orderId }, () => ask(orderId));
    if (outcome.type === 'ok' || (outcome.type === 'fail' && outcome.status !== 503)) return;
    await sleep(clock, betweenCancellationsMs);
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
