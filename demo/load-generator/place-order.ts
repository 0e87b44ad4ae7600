import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type Random } from '@ballast/resilience/primitives';
import { classifyReply, type OrderResult } from './classify-reply.ts';
import type { ResendBudget } from './resend-budget.ts';
import type { Reply, ShopClient } from './shop-client.ts';
import type { OrderRequest } from './shopping.ts';

export interface PlacedOrder extends OrderResult {
  readonly attempts: number;
  readonly traceId: string;
}

export interface PlaceOrderOptions {
  readonly client: ShopClient;
  readonly budget: ResendBudget;
  readonly random: Random;
  readonly onReply: (reply: Reply) => void;
}

const maxAttempts = 3;
const backoff = { baseDelayMs: 500, maxDelayMs: 1000 };

/**
 * Places one order. When it is unknown what became of it, the customer sends it again with the same key, which can't
 * buy twice; a clear answer, good or bad, is taken as it is.
 */
export async function placeOrder(order: OrderRequest, options: PlaceOrderOptions): Promise<PlacedOrder> {
  const { client, budget, random, onReply } = options;
  const traceId = randomBytes(16).toString('hex');
  const headers = {
    'idempotency-key': randomUUID(),
    'x-priority': 'critical',
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
  };
  budget.earn();
  for (let attempts = 1; ; attempts += 1) {
    const reply = await client.send({ method: 'POST', path: '/v1/orders', headers, body: order });
    onReply(reply);
    const isOver = reply.kind !== 'unknown' || attempts === maxAttempts || !budget.spend();
    if (isOver) return { ...classifyReply(reply), attempts, traceId };
    await delay(backoffMs(backoff, attempts, random));
  }
}
