import type { Answered, AnsweredBody } from '../../history/entry.ts';
import type { Operations } from '../../history/operations.ts';
import type { OrderRow } from '../final-state.ts';
import { sameLines } from '../order-lines.ts';
import type { Clause } from '../verdict.ts';

const knownSources: readonly (string | undefined)[] = ['live', 'cached', 'default', 'disabled'];
const guesses: readonly (string | undefined)[] = ['cached', 'default'];
const codeOf = { confirmed: 201, pending: 202, rejected: undefined } as const;

type AnswerWithBody = Answered & { readonly body: AnsweredBody };
const hasBody = (completed: unknown): completed is AnswerWithBody =>
  (completed as Answered | undefined)?.type === 'ok' && (completed as Answered).body !== undefined;

const placed = ({ placings }: Operations): AnswerWithBody[] =>
  placings.map(({ completed }) => completed).filter(hasBody);

export const bodiesAreTheOrders: Clause = (operations, { orders }) => {
  const orderById = new Map(orders.map((order) => [order.id, order]));
  const { readings, cancellings } = operations;
  const others = [...readings, ...cancellings].map(({ completed }) => completed).filter(hasBody);
  return [...placed(operations), ...others].flatMap(({ orderId, body }) => {
    const order = orderById.get(orderId);
    return order === undefined || shows(body, order)
      ? []
      : [`an answer shows order ${orderId} otherwise than it is stored: ${JSON.stringify(body)}`];
  });
};

function shows(body: AnsweredBody, order: OrderRow): boolean {
  const priceOf = new Map(order.items.map(({ sku, unitPriceCents }) => [sku, unitPriceCents]));
  return (
    body.customerId === order.customerId &&
    body.totalCents === order.totalCents &&
    sameLines(body.items, order.items) &&
    body.items.every(({ sku, unitPriceCents }) => priceOf.get(sku) === unitPriceCents)
  );
}

export const statusCodesFit: Clause = (operations) =>
  placed(operations)
    .filter(({ orderStatus, body }) => body.httpStatus !== codeOf[orderStatus])
    .map(
      ({ orderId, orderStatus, body }) =>
        `order ${orderId} was answered ${body.httpStatus} and ${orderStatus}`,
    );

export const sourcesAreKnown: Clause = (operations) =>
  placed(operations)
    .filter(({ body }) => !knownSources.includes(body.source))
    .map(({ orderId, body }) => `the advice for order ${orderId} has the source ${body.source}`);

export const degradedIsLabelled: Clause = (operations) =>
  placed(operations)
    .filter(
      ({ orderStatus, body }) =>
        body.degraded !== (guesses.includes(body.source) || orderStatus === 'pending'),
    )
    .map(
      ({ orderId, orderStatus, body }) =>
        `order ${orderId}, ${orderStatus} with ${body.source} advice, was answered as ${body.degraded ? '' : 'not '}degraded`,
    );
