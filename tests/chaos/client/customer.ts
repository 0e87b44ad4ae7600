import { backoffMs } from '@ballast/resilience/primitives';
import { type OrderLine, settlingRefusals } from '../history/entry.ts';
import type { HistoryLog, Outcome } from '../history/history-log.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { OrdersApi } from './orders-api.ts';

export type CustomerTools = {
  readonly api: OrdersApi;
  readonly log: HistoryLog;
  readonly random: SeededRandom;
  wait(ms: number): Promise<void>;
  /** When even a patient customer goes home. */
  readonly closing: AbortSignal;
};

export type Wish = {
  readonly key: string;
  readonly customerId: string;
  readonly items: readonly OrderLine[];
};

const concurrentDuplicates = 0.1;
const serialDuplicates = 0.1;
const longestPauseMs = 4000;
/** Shorter than the time an order may take to settle, or the looking would be what is late. */
const longestPauseBetweenReadsMs = 2500;

/** Wants one order and does what real clients do: sends it twice by accident, retries when in doubt, looks after it. */
export async function shop(wish: Wish, tools: CustomerTools): Promise<void> {
  const sendings = tools.random.chance(concurrentDuplicates) ? tools.random.integer(2, 3) : 1;
  await Promise.all(Array.from({ length: sendings }, () => placeUntilAnswered(wish, tools)));
  if (tools.random.chance(serialDuplicates)) await place(wish, tools);
}

async function placeUntilAnswered(wish: Wish, tools: CustomerTools): Promise<void> {
  for (let attempt = 1; !tools.closing.aborted; attempt += 1) {
    const outcome = await place(wish, tools);
    if (outcome.type === 'ok') return follow(outcome.orderId, tools);
    if (outcome.type === 'fail' && isFinal(outcome)) return;
    await tools.wait(pauseMs(outcome, attempt, tools));
  }
}

/** Reads the order once after every acknowledgement, and then until it is settled. */
async function follow(orderId: string, tools: CustomerTools): Promise<void> {
  for (let attempt = 1; !tools.closing.aborted; attempt += 1) {
    const outcome = await tools.log.attempt({ operation: 'read', orderId }, () => tools.api.read(orderId));
    if (outcome.type === 'ok' && outcome.orderStatus !== 'pending') return;
    await tools.wait(pauseMs(outcome, attempt, tools));
  }
}

function place(wish: Wish, { api, log }: CustomerTools): Promise<Outcome> {
  const { key, items } = wish;
  return log.attempt({ operation: 'place', key, items }, () => api.place(wish));
}

/** Busy, shed and in flight end by themselves; other refusals are the customer's own fault and stay. */
function isFinal({ status, code }: Extract<Outcome, { type: 'fail' }>): boolean {
  return settlingRefusals.includes(code) || ![409, 429, 503].includes(status);
}

/** As long as the server asks for, and longer with every try: a crowd that hurries keeps a weak system down. */
function pauseMs(outcome: Outcome, attempt: number, { random }: CustomerTools): number {
  const asked = outcome.type === 'fail' ? Math.min(outcome.retryAfterMs ?? 0, longestPauseMs) : 0;
  // Here the server knows when: the moment the first request's lock ends.
  if (outcome.type === 'fail' && outcome.code === 'request-in-flight' && asked > 0) return asked;
  const maxDelayMs = outcome.type === 'ok' ? longestPauseBetweenReadsMs : longestPauseMs;
  return Math.max(asked, backoffMs({ baseDelayMs: 100, maxDelayMs, jitter: 'equal' }, attempt, random.next));
}
