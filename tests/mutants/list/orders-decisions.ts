import { chaos, editOf, type Mutant, simulation, unit } from '../mutant.ts';

const edit = editOf('orders');
const placing = 'use-cases/place-order.ts';
const asking = 'use-cases/ask-inventory.ts';
const idempotency = 'use-cases/idempotency.ts';

const confirms = unit(
  'orders/test/place-order.test.ts',
  'is confirmed once inventory has reserved and sold it',
);

/** Placing, pricing, asking and answering again. */
export const ordersDecisions: readonly Mutant[] = [
  {
    id: 'orders-takes-the-price-of-another-product',
    edits: [
      edit(
        placing,
        'unitPriceCents: priceCents };',
        'unitPriceCents: [...products.values()][0]?.priceCents ?? priceCents };',
      ),
    ],
    caughtBy: [confirms, chaos('I12', 'alone')],
    why: 'Customers pay the price of the first product for all of them.',
  },
  {
    id: 'orders-adds-up-prices-without-quantities',
    edits: [edit(placing, 'sum + line.quantity * line.unitPriceCents', 'sum + line.unitPriceCents')],
    caughtBy: [confirms],
    why: 'Two pieces cost as much as one.',
  },
  {
    id: 'orders-total-is-the-last-line',
    edits: [
      edit(
        placing,
        'sum + line.quantity * line.unitPriceCents',
        'line.quantity * line.unitPriceCents + sum * 0',
      ),
    ],
    caughtBy: [confirms],
    why: 'Only the last line of an order is paid for.',
  },
  {
    id: 'orders-merges-lines-by-forgetting',
    edits: [edit('use-cases/pieces.ts', '(pieces.get(sku) ?? 0) + quantity);', 'quantity);')],
    caughtBy: [confirms],
    why: 'Of two lines with one product the first is not delivered.',
  },
  {
    id: 'orders-asks-before-it-stores',
    edits: [
      edit(
        placing,
        'const placement = await shop.orders.place(draft, key);',
        "await shop.inventory({ orderId: draft.id, items: draft.items, status: 'reserved' }, options).catch(() => {});\n" +
          '    const placement = await shop.orders.place(draft, key);',
      ),
    ],
    caughtBy: [unit('orders/test/order-of-steps.test.ts', 'is stored before inventory is asked about it')],
    why: 'Stock is held for orders that were never stored.',
  },
  {
    id: 'orders-answers-what-it-could-not-store',
    edits: [edit(placing, '} catch {\n    return pendingState;', '} catch {\n    return state;')],
    caughtBy: [simulation('I8')],
    why: 'A customer is told "confirmed" and reads "pending" afterwards.',
  },
  {
    id: 'orders-does-not-store-a-pending-answer',
    edits: [
      edit(
        placing,
        "if (state.status === 'pending') return await orders.postpone(id, answered);",
        "if (state.status === 'pending') return state;",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/idempotency.test.ts',
        'replays a pending answer with what became of the order, and the same recommendations',
      ),
    ],
    why: 'The same key is answered with other recommendations each time.',
  },
  {
    id: 'orders-claims-its-own-decision-over-what-is-stored',
    edits: [
      edit(
        placing,
        'return isFirst ? state : stateOf(await orders.find(id));',
        'return isFirst || state ? state : pendingState;',
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/answers.test.ts',
        'tells how an operator ended the order, although inventory said why it would have ended anyway',
      ),
    ],
    why: 'A customer is told another end than the one that is stored.',
  },
  {
    id: 'orders-answers-any-basket-with-the-first',
    edits: [
      edit(
        idempotency,
        'if (!isPlacedBy(order, request)) throw',
        'if (!isPlacedBy(order, { ...request, items: order.items })) throw',
      ),
    ],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'is refused with one piece more')],
    why: 'A customer who repeats a key with another basket gets the old basket.',
  },
  {
    id: 'orders-answers-any-customer',
    edits: [edit(idempotency, 'customerId === request.customerId &&', '')],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'is refused with another body')],
    why: 'One customer is answered with the order of another.',
  },
  {
    id: 'orders-takes-the-same-basket-for-another',
    edits: [
      edit(
        'use-cases/pieces.ts',
        '[...pieces].every(([sku, quantity]) => otherPieces.get(sku) === quantity)',
        '[...pieces].join() === [...otherPieces].join()',
      ),
    ],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'is the same with lines in another order')],
    why: 'A basket whose lines come in another order is rejected with 422.',
  },
  {
    id: 'orders-waits-for-a-dead-first-request',
    edits: [
      edit(
        idempotency,
        "if (!answer && order.status === 'pending' && lockedForMs > 0)",
        'if (!answer && lockedForMs > Number.NEGATIVE_INFINITY)',
      ),
    ],
    caughtBy: [
      simulation('I10'),
      unit(
        'orders/test/idempotency.test.ts',
        'answers from the order itself when its first request died before it could answer',
      ),
    ],
    why: 'A key whose first request died answers "in flight" for ever.',
  },
  {
    id: 'orders-does-not-wait-for-the-first-request',
    edits: [
      edit(
        idempotency,
        "if (!answer && order.status === 'pending' && lockedForMs > 0)",
        'if (!answer && lockedForMs === Number.POSITIVE_INFINITY)',
      ),
    ],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'makes one order of ten requests at once')],
    why: 'A repeated request is answered while the first one is still being decided.',
  },
  {
    id: 'orders-never-confirms-what-it-reserved',
    edits: [
      edit(
        asking,
        "const confirmation = await ask({ orderId: id, items: lines, status: 'confirmed' }, options);\n" +
          '  return stateOf(confirmation.value);',
        "return { status: 'confirmed' };",
      ),
    ],
    caughtBy: [confirms, simulation('I11')],
    why: 'The stock of confirmed orders is given back when the hold is over.',
  },
  {
    id: 'orders-asks-for-its-first-line',
    edits: [
      edit(
        asking,
        'const lines = items.map(({ sku, quantity }) => ({ sku, quantity }));',
        'const lines = items.slice(0, 1).map(({ sku, quantity }) => ({ sku, quantity }));',
      ),
    ],
    caughtBy: [simulation('I11')],
    why: 'What stands in the other lines is promised and never booked.',
  },
  {
    id: 'orders-asks-inventory-twice',
    edits: [
      edit(
        'dependencies/reservation-calls.ts',
        "return await client.json({ method: 'PUT', path, body, schema: answer, ctx });",
        "await client.json({ method: 'PUT', path, body, schema: answer, ctx });\n" +
          "      return await client.json({ method: 'PUT', path, body, schema: answer, ctx });",
      ),
    ],
    caughtBy: [chaos('I9', 'alone')],
    why: 'Inventory has twice the load, and in an outage twice the retries.',
  },
  {
    id: 'orders-holds-stock-under-two-names',
    edits: [
      edit(
        asking,
        "const reservation = await ask({ orderId: id, items: lines, status: 'reserved' }, options);",
        "const reservation = await ask({ orderId: id, items: lines, status: 'reserved' }, options);\n" +
          "  await ask({ orderId: `${id}-again`, items: lines, status: 'reserved' }, options).catch(() => {});",
      ),
    ],
    caughtBy: [simulation('I3', 'alone')],
    why: 'Every order keeps twice its pieces from other customers, until the second hold is over.',
  },
  {
    id: 'orders-takes-a-rejection-for-a-confirmation',
    edits: [
      edit(
        asking,
        "if (decision.status === 'rejected') return { status: 'rejected', reason: reasonOf(decision) };",
        "if (decision.status === 'rejected') return reasonOf(decision) && { status: 'confirmed' };",
      ),
    ],
    caughtBy: [simulation('I5')],
    why: 'Orders are confirmed without stock.',
  },
  {
    id: 'orders-leaves-rejected-orders-pending',
    edits: [
      edit(
        asking,
        "if (decision.status === 'rejected') return { status: 'rejected', reason: reasonOf(decision) };",
        "if (decision.status === 'rejected') throw new Error(reasonOf(decision));",
      ),
    ],
    caughtBy: [simulation('I10')],
    why: 'An order that can never be served stays pending.',
  },
  {
    id: 'orders-relay-confirms-whatever-was-decided',
    edits: [
      edit(
        'use-cases/settle-order.ts',
        'await shop.orders.settle(order.id, state);',
        "await shop.orders.settle(order.id, state && { status: 'confirmed' });",
      ),
    ],
    caughtBy: [simulation('I11')],
    why: 'Orders that stock did not suffice for are confirmed later.',
  },
  {
    id: 'orders-cancels-without-a-release',
    edits: [
      edit(
        'use-cases/cancel-order.ts',
        "const { value } = await release({ orderId, status: 'released' }, options);",
        "const value = { status: 'released' as 'released' | 'confirmed' };",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/cancel-order.test.ts',
        'is rejected when it is cancelled, and inventory sells it nothing afterwards',
      ),
    ],
    why: 'Inventory sells stock to an order that was cancelled.',
  },
  {
    id: 'orders-cancels-what-is-sold',
    edits: [
      edit(
        'use-cases/cancel-order.ts',
        "const isSold = value.status === 'confirmed';",
        "const isSold = value.status === 'reserved';",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/cancel-order.test.ts',
        'is confirmed when inventory has sold it already, and the cancellation is rejected',
      ),
    ],
    why: 'Stock is sold, and the order says that it was cancelled.',
  },
  {
    id: 'orders-takes-a-cancellation-for-a-lack-of-stock',
    edits: [
      edit(
        asking,
        "return reason === 'reservation-released' ? 'cancelled' : reason;",
        "return reason === 'reservation-released' ? 'insufficient-stock' : reason;",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/cancel-order.test.ts',
        'is cancelled too when only the release was done: the relay hears of it from inventory',
      ),
    ],
    why: 'The customer is told that the product is sold out, and an operator who cancels again gets 409.',
  },
  {
    id: 'orders-counts-a-catalogue-as-stored-before-it-is',
    edits: [
      edit(
        'use-cases/catalogue.ts',
        'await store.replace(fetched);\n    stored = text;',
        'stored = text;\n    await store.replace(fetched);',
      ),
    ],
    caughtBy: [unit('orders/test/catalogue.test.ts', 'is stored when it could not be stored the first time')],
    why: 'After a restart without inventory there are no prices.',
  },
];
