import type { AnsweredBody } from '../../history/entry.ts';
import type { OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { append, change, confirmedOrder, editAnswer, editEverywhere, first } from './edit.ts';

export function anotherCustomer(run: Run): Run {
  const { id } = confirmedOrder(run);
  const customerId = 'somebody else';
  const edited = editEverywhere(run, confirmedOrder(run), (body) => ({ ...body, customerId }));
  return change(edited, {
    purchases: edited.state.purchases.map((row) => (row.orderId === id ? { ...row, customerId } : row)),
  });
}

/** The total follows, so that the order fits together. */
export function priceOfAnotherProduct(run: Run): Run {
  return editEverywhere(run, confirmedOrder(run), (body) => {
    const items = body.items.map((line) => ({ ...line, unitPriceCents: 777 }));
    const totalCents = items.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
    return { ...body, items, totalCents };
  });
}

/** Long before the order the mug had the price that it was ordered for. */
export function priceOfLongAgo(run: Run): Run {
  const lastMug = run.state.orders.findLast(({ items }) => items.some(({ sku }) => sku === 'mug'));
  const { key } = lastMug as OrderRow;
  const later = 1_000_000;
  const beginsAt = run.history.findIndex(
    (entry) => entry.type === 'invoke' && entry.operation === 'place' && entry.key === key,
  );
  const priced = { type: 'priced', at: beginsAt, sku: 'mug', priceCents: 5 } as const;
  const [before, after] = [run.history.slice(0, beginsAt), run.history.slice(beginsAt)];
  return {
    ...run,
    history: [...before, priced, ...after.map((entry) => ({ ...entry, at: entry.at + later }))],
  };
}

export function wrongTotal(run: Run): Run {
  return editEverywhere(run, confirmedOrder(run), (body) => ({ ...body, totalCents: body.totalCents + 1 }));
}

export function announceFirstProductOnly(run: Run): Run {
  const sale = first(run.state.purchases, ({ skus }) => skus.length > 1);
  return editPurchase(run, sale.orderId, { skus: sale.skus.slice(0, 1) });
}

export function announceAnotherCustomer(run: Run): Run {
  return editPurchase(run, first(run.state.purchases).orderId, { customerId: 'somebody else' });
}

function editPurchase(run: Run, orderId: string, edit: { skus?: string[]; customerId?: string }): Run {
  return change(run, {
    purchases: run.state.purchases.map((row) => (row.orderId === orderId ? { ...row, ...edit } : row)),
  });
}

/** The first answer to a placed order, shown otherwise. */
export function showAnswer(run: Run, edit: Partial<AnsweredBody>): Run {
  return editAnswer(
    run,
    ({ orderStatus, body }) => orderStatus === 'confirmed' && body?.source !== undefined,
    (answer) => ({ ...answer, body: { ...(answer.body as AnsweredBody), ...edit } }),
  );
}

/** Everything the customer sees and asks for is consistent, except that the answer is not for this body. */
export function acceptAnotherBody(run: Run): Run {
  const order = confirmedOrder(run);
  return askAgain(
    run,
    { ...order, items: [{ sku: 'desk', quantity: 9, unitPriceCents: 1 }] },
    (at, attempt) => ({
      type: 'ok',
      attempt,
      at,
      orderId: order.id,
      orderStatus: 'confirmed',
      replayed: true,
    }),
  );
}

export function turnAwayTheSameBody(run: Run): Run {
  const order = confirmedOrder(run);
  return askAgain(run, { ...order, items: order.items.toReversed() }, (at, attempt) => ({
    type: 'fail',
    attempt,
    at,
    status: 422,
    code: 'idempotency-key-reused',
  }));
}

export function replayGoesBack(run: Run): Run {
  const { orderId } = first(
    run.history.filter((entry) => entry.type === 'ok'),
    ({ orderStatus, body }) => orderStatus === 'confirmed' && body?.source !== undefined,
  );
  const order = first(run.state.orders, ({ id }) => id === orderId);
  return askAgain(run, order, (at, attempt) => ({
    type: 'ok',
    attempt,
    at,
    orderId: order.id,
    orderStatus: 'pending',
    replayed: true,
  }));
}

/** The order was rejected before anybody was told so; the replay names the other end. */
export function replayOfAnotherEnd(run: Run): Run {
  const order = first(run.state.orders, ({ reason }) => reason === 'cancelled');
  return askAgain(run, order, (at, attempt) => ({
    type: 'ok',
    attempt,
    at,
    orderId: order.id,
    orderStatus: 'confirmed',
    replayed: true,
  }));
}

function askAgain(
  run: Run,
  { key, customerId, items }: Pick<OrderRow, 'key' | 'customerId' | 'items'>,
  answer: Parameters<typeof append>[1],
): Run {
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'place', attempt, at, key, customerId, items }),
    answer as never,
  );
}

export function cancelledAndTooLate(run: Run): Run {
  const { id: orderId } = first(run.state.orders, ({ reason }) => reason === 'cancelled');
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'cancel', attempt, at, orderId }),
    (at, attempt) => ({ type: 'fail', attempt, at, status: 409, code: 'order-settled' }),
  );
}
