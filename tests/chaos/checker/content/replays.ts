import { type OrderStatus, rejectionCodes } from '../../history/entry.ts';
import type { Placing } from '../../history/operations.ts';
import type { OrderRow } from '../final-state.ts';
import { sameLines } from '../order-lines.ts';
import type { Clause } from '../verdict.ts';

/** A replay may repeat a first answer of pending for ever, but it never names another end than the order's. */
export const replaysFitTheEnd: Clause = ({ placings }, { orders }) => {
  const orderById = new Map(orders.map((order) => [order.id, order]));
  return placings.flatMap(({ invoked, completed }) => {
    if (completed?.type !== 'ok' || !completed.replayed || completed.orderStatus === 'pending') return [];
    const order = orderById.get(completed.orderId);
    if (order === undefined || order.status === completed.orderStatus) return [];
    return [
      `key ${invoked.key} was answered again as ${completed.orderStatus}, the order is ${order.status}`,
    ];
  });
};

/** Once a key was answered with an end, no answer to a later request is pending again. */
export const replaysNeverGoBack: Clause = ({ placings }) =>
  [...Map.groupBy(placings, ({ invoked }) => invoked.key)].flatMap(([key, ofKey]) => {
    const ends = ofKey.filter((placing) => isSettled(statusIn(placing)));
    const settledBy = Math.min(...ends.map(({ completed }) => completed?.at ?? Number.POSITIVE_INFINITY));
    // What is pending and no replay is the business of I8.
    const isBack = ofKey.some((placing) => isPendingReplay(placing) && placing.invoked.at > settledBy);
    return isBack ? [`key ${key} was answered with an end, and then as pending again`] : [];
  });

function statusIn({ completed }: Placing): OrderStatus | undefined {
  if (completed?.type === 'ok') return completed.orderStatus;
  return completed?.type === 'fail' && rejectionCodes.includes(completed.code) ? 'rejected' : undefined;
}

const isSettled = (status: OrderStatus | undefined): boolean =>
  status === 'confirmed' || status === 'rejected';

const isPendingReplay = ({ completed }: Placing): boolean =>
  completed?.type === 'ok' && completed.replayed && completed.orderStatus === 'pending';

/** An order that holds what nobody asked for at all is reported elsewhere. */
export const otherBodiesAreTurnedAway: Clause = ({ placings }, { orders }) => {
  const orderById = new Map(orders.map((order) => [order.id, order]));
  const asked = Map.groupBy(placings, ({ invoked }) => invoked.key);
  return placings.flatMap(({ invoked, completed }) => {
    const order = completed?.type === 'ok' ? orderById.get(completed.orderId) : undefined;
    if (order === undefined || isFor(order, invoked)) return [];
    if (!asked.get(invoked.key)?.some((other) => isFor(order, other.invoked))) return [];
    return [`key ${invoked.key} came with another body and was answered with order ${order.id}`];
  });
};

export const sameBodiesAreNotTurnedAway: Clause = ({ placings }, { orders }) => {
  const orderByKey = new Map(orders.map((order) => [order.key, order]));
  return placings.flatMap(({ invoked, completed }) => {
    if (completed?.type !== 'fail' || completed.code !== 'idempotency-key-reused') return [];
    const order = orderByKey.get(invoked.key);
    return order === undefined || !isFor(order, invoked)
      ? []
      : [`key ${invoked.key} came with the body of order ${order.id} and was answered 422`];
  });
};

function isFor(order: OrderRow, invoked: Placing['invoked']): boolean {
  return order.customerId === invoked.customerId && sameLines(order.items, invoked.items);
}

export const cancellationsThatCameLate: Clause = ({ cancellings }, { orders }) => {
  const orderById = new Map(orders.map((order) => [order.id, order]));
  return cancellings.flatMap(({ invoked, completed }) => {
    if (completed?.type !== 'fail' || completed.code !== 'order-settled') return [];
    const order = orderById.get(invoked.orderId);
    if (order?.reason !== 'cancelled') return [];
    return [`order ${order.id} was answered as settled when it was to be cancelled, and was cancelled`];
  });
};
