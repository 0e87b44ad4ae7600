import { editOf, type Mutant, simulation, unit } from '../mutant.ts';

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
    caughtBy: [confirms],
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
    edits: [edit(placing, '(quantities.get(sku) ?? 0) + quantity);', 'quantity);')],
    caughtBy: [confirms],
    why: 'Of two lines with one product the first is not delivered.',
  },
  {
    id: 'orders-asks-before-it-stores',
    edits: [
      edit(
        placing,
        'const placement = await shop.orders.place(draft, key);',
        'await askInventory(shop.inventory, draft, options).catch(() => pendingState);\n' +
          '    const placement = await shop.orders.place(draft, key);',
      ),
    ],
    caughtBy: [simulation('I3', 'alone')],
    why: 'Stock is sold to orders that were never stored.',
  },
  {
    id: 'orders-answers-what-it-could-not-store',
    edits: [edit(placing, '} catch {\n    return pendingState;', '} catch {\n    return state;')],
    caughtBy: [simulation('I8', 'alone')],
    why: 'A customer is told "confirmed" and reads "pending" afterwards.',
  },
  {
    id: 'orders-does-not-store-a-pending-answer',
    edits: [
      edit(
        placing,
        "if (state.status === 'pending') await orders.postpone(id, answered);",
        "if (state.status === 'pending') return state;",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/idempotency.test.ts',
        'replays a pending answer as it was, while the order itself moves on',
      ),
    ],
    why: 'The same key is answered differently each time.',
  },
  {
    id: 'orders-ignores-the-fingerprint',
    edits: [edit(idempotency, 'if (known.fingerprint !== fingerprint)', "if (fingerprint === '')")],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'is refused with another body')],
    why: 'A customer who repeats a key with another basket gets the old basket.',
  },
  {
    id: 'orders-fingerprint-leaves-out-the-customer',
    edits: [edit('routes/order-body.ts', 'JSON.stringify(request))', 'JSON.stringify(request.items))')],
    caughtBy: [unit('orders/test/idempotency.test.ts', 'is refused with another body')],
    why: 'One customer is answered with the order of another.',
  },
  {
    id: 'orders-waits-for-a-dead-first-request',
    edits: [edit(idempotency, 'if (lockedForMs > 0)', 'if (lockedForMs > Number.NEGATIVE_INFINITY)')],
    caughtBy: [
      simulation('I10', 'alone'),
      unit(
        'orders/test/idempotency.test.ts',
        'answers from the order itself when its first request died before it could answer',
      ),
    ],
    why: 'A key whose first request died answers "in flight" for ever.',
  },
  {
    id: 'orders-does-not-wait-for-the-first-request',
    edits: [edit(idempotency, 'if (lockedForMs > 0)', 'if (lockedForMs === Number.POSITIVE_INFINITY)')],
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
    caughtBy: [confirms, simulation('I6')],
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
    caughtBy: [simulation('I6')],
    why: 'What stands in the other lines is promised and never booked.',
  },
  {
    id: 'orders-takes-a-rejection-for-a-confirmation',
    edits: [
      edit(
        asking,
        "if (decision.status === 'rejected') return decision;",
        "if (decision.status === 'rejected') return { status: 'confirmed' };",
      ),
    ],
    caughtBy: [simulation('I6')],
    why: 'Orders are confirmed without stock.',
  },
  {
    id: 'orders-leaves-rejected-orders-pending',
    edits: [
      edit(
        asking,
        "if (decision.status === 'rejected') return decision;",
        "if (decision.status === 'rejected') throw new Error(decision.reason);",
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
    caughtBy: [simulation('I6')],
    why: 'Orders that stock did not suffice for are confirmed later.',
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
