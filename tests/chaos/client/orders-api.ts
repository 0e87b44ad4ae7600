import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { AnsweredBody, OrderLine } from '../history/entry.ts';
import type { Outcome } from '../history/history-log.ts';

/** The operations of the orders service that a customer needs. They never throw: an unknown outcome is an outcome. */
export interface OrdersApi {
  place(order: { key: string; customerId: string; items: readonly OrderLine[] }): Promise<Outcome>;
  read(orderId: string): Promise<Outcome>;
  /** Absent where nobody may cancel: it is for operators. */
  cancel?(orderId: string): Promise<Outcome>;
  close(): Promise<void>;
}

export type OrdersApiOptions = {
  readonly baseUrl: string;
  /** Sent as the deadline; the client itself waits a little longer, so that it still gets the 504. */
  readonly deadlineMs?: number;
  readonly dispatcher?: Dispatcher;
  /** Lets customers have their orders cancelled, as if they had called the shop. */
  readonly operatorToken?: string;
};

const cents = z.number().transform((euros) => Math.round(euros * 100));
const order = z.object({
  id: z.string(),
  status: z.enum(['pending', 'confirmed', 'rejected']),
  customerId: z.string(),
  items: z.array(z.object({ sku: z.string(), quantity: z.number(), unitPrice: cents })),
  total: cents,
  recommendations: z.object({ source: z.string() }).optional(),
  degraded: z.boolean().optional(),
});
const problem = z.object({ code: z.string() });

/** Statuses that the contract documents. After any other, nobody knows what happened. */
const documented: readonly number[] = [400, 404, 409, 413, 415, 422, 429, 431, 503];

export function ordersApi({
  baseUrl,
  deadlineMs = 3000,
  dispatcher = new Agent({ connections: 512 }),
  operatorToken,
}: OrdersApiOptions): OrdersApi {
  async function ask(
    path: string,
    request: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
  ): Promise<Outcome> {
    try {
      const signal = AbortSignal.timeout(deadlineMs + 500);
      const { statusCode, headers, body } = await dispatcher.request({
        origin: baseUrl,
        path,
        signal,
        ...request,
      });
      return outcomeOf(statusCode, headers, await body.json());
    } catch (error) {
      return { type: 'unknown', reason: reasonOf(error) };
    }
  }

  return {
    place: ({ key, ...body }) =>
      ask('/v1/orders', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          'x-deadline-ms': String(deadlineMs),
        },
        body: JSON.stringify(body),
      }),
    read: (orderId) => ask(`/v1/orders/${orderId}`, { method: 'GET' }),
    ...(operatorToken && {
      cancel: (orderId: string) =>
        ask(`/v1/orders/${orderId}/cancel`, {
          method: 'POST',
          headers: { authorization: `Bearer ${operatorToken}`, 'x-deadline-ms': String(deadlineMs) },
        }),
    }),
    close: () => dispatcher.close(),
  };
}

/** What an answer means to a customer. */
export function outcomeOf(status: number, headers: IncomingHttpHeaders, body: unknown): Outcome {
  if (status >= 200 && status < 300) {
    const answer = order.parse(body);
    const replayed = headers['idempotency-replayed'] === 'true';
    return {
      type: 'ok',
      orderId: answer.id,
      orderStatus: answer.status,
      replayed,
      body: bodyOf(status, answer),
    };
  }
  const { code } = problem.parse(body);
  if (!documented.includes(status)) return { type: 'unknown', reason: `${status} ${code}` };
  const retryAfterMs = Number(headers['retry-after']) * 1000;
  return { type: 'fail', status, code, ...(retryAfterMs > 0 && { retryAfterMs }) };
}

function bodyOf(
  httpStatus: number,
  { customerId, items, total, recommendations, degraded }: z.output<typeof order>,
): AnsweredBody {
  return {
    httpStatus,
    customerId,
    items: items.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPriceCents: unitPrice })),
    totalCents: total,
    ...(recommendations && { source: recommendations.source }),
    ...(degraded !== undefined && { degraded }),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 'unreadable answer';
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
