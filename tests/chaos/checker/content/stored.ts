import { firstAsked, type Operations } from '../../history/operations.ts';
import type { OrderRow } from '../final-state.ts';
import type { Clause } from '../verdict.ts';

/** Longer than any outage of a run: orders copies the catalogue from inventory, and may be that far behind. */
const longestPriceDelayMs = 60_000;

export const customersAsAsked: Clause = ({ placings }, { orders }) => {
  const asked = Map.groupBy(placings, ({ invoked }) => invoked.key);
  return orders
    .filter(
      ({ key, customerId }) =>
        // A key that nobody sent is a phantom, and reported as one.
        asked.has(key) && !asked.get(key)?.some(({ invoked }) => invoked.customerId === customerId),
    )
    .map(({ id, customerId }) => `order ${id} belongs to ${customerId}, who did not ask for it`);
};

/** A run that knows no prices (the simulation) says nothing here. */
export const pricesAsListed: Clause = (operations, { orders }) => {
  if (operations.prices.length === 0) return [];
  const windows = orderWindows(operations);
  const listed = Map.groupBy(operations.prices, ({ sku }) => sku);
  return orders.flatMap(({ id, key, items }) =>
    items
      .filter(({ sku, unitPriceCents }) => !isListed(listed.get(sku) ?? [], unitPriceCents, windows.get(key)))
      .map(
        ({ sku, unitPriceCents }) =>
          `order ${id} has ${sku} at ${unitPriceCents} cents, which was not its price`,
      ),
  );
};

type Span = { readonly from: number; readonly to: number };

/** Per key, the time in which its order was made: from the first request to the first answer that knew it. */
function orderWindows({ placings }: Operations): Map<string, Span> {
  const toByKey = new Map<string, number>();
  for (const { invoked, completed } of placings) {
    if (completed?.type === 'ok')
      toByKey.set(invoked.key, Math.min(completed.at, toByKey.get(invoked.key) ?? Number.POSITIVE_INFINITY));
  }
  return new Map(
    [...firstAsked(placings)].map(([key, from]) => [
      key,
      { from, to: toByKey.get(key) ?? Number.POSITIVE_INFINITY },
    ]),
  );
}

function isListed(prices: Operations['prices'], cents: number, span: Span | undefined): boolean {
  return prices.some(({ priceCents, at }, index) => {
    const supersededAt = prices[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const isInTime = !span || (at <= span.to && supersededAt >= span.from - longestPriceDelayMs);
    return priceCents === cents && isInTime;
  });
}

export const totalsAddUp: Clause = (_operations, { orders }) =>
  orders
    .filter((order) => order.totalCents !== totalOf(order))
    .map(
      (order) => `order ${order.id} costs ${order.totalCents} cents, its lines add up to ${totalOf(order)}`,
    );

const totalOf = ({ items }: Pick<OrderRow, 'items'>): number =>
  items.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0);

/** A purchase of an order that does not exist is reported by the outbox's invariant. */
export const announcedAsOrdered: Clause = (_operations, { orders, purchases }) => {
  const orderById = new Map(orders.map((order) => [order.id, order]));
  return purchases.flatMap(({ orderId, customerId, skus }) => {
    const order = orderById.get(orderId);
    if (!order) return [];
    const [ordered, announced] = [skusOf(order), [...skus].sort().join(', ')];
    if (order.customerId === customerId && ordered === announced) return [];
    return [
      `order ${orderId} of ${order.customerId} for ${ordered} was announced as ${announced} of ${customerId}`,
    ];
  });
};

const skusOf = ({ items }: OrderRow): string => [...new Set(items.map(({ sku }) => sku))].sort().join(', ');
