import { editOf, type Mutant, unit } from '../mutant.ts';

const edit = editOf('orders');
const comparing = 'use-cases/reconcile.ts';
const test = (title: string) => unit('orders/test/reconcile.test.ts', title);

/** What compares the books of orders and inventory, and mends them. */
export const ordersReconciler: readonly Mutant[] = [
  {
    id: 'reconciler-reads-one-page',
    edits: [
      edit(
        comparing,
        'if (last === undefined || page.length < limit) return;',
        'if (last === undefined || limit > 0) return;',
      ),
    ],
    caughtBy: [test('finds a difference among more orders than a page holds, on either side')],
    why: 'Of a million orders the first thousand are compared.',
  },
  {
    id: 'reconciler-misses-holds-for-nobody',
    edits: [
      edit(
        comparing,
        "if (decided === 'reserved') return 'held-without-order';",
        "if (decided === 'reserved') return undefined;",
      ),
    ],
    caughtBy: [test('is a hold for an order that was rejected, or that there is none of: it is released')],
    why: 'Stock that is held for nobody is never found.',
  },
  {
    id: 'reconciler-misses-sales-without-an-order',
    edits: [
      edit(
        comparing,
        "if (decided !== 'confirmed') return undefined;",
        "if (decided !== 'confirmed' || !booked) return undefined;",
      ),
    ],
    caughtBy: [test('is a sale for an order that was rejected, or that there is none of')],
    why: 'Stock that was sold to nobody is never found.',
  },
  {
    id: 'reconciler-does-not-compare-pieces',
    edits: [
      edit(
        comparing,
        "return isSamePieces(booked.order.items, reservation.items) ? undefined : 'other-pieces';",
        "return isSamePieces(booked.order.items, booked.order.items) ? undefined : 'other-pieces';",
      ),
    ],
    caughtBy: [test('is a sale of other pieces than were ordered')],
    why: 'Orders that were sold in part are never found.',
  },
  {
    id: 'reconciler-reports-what-is-being-settled',
    edits: [
      edit(
        comparing,
        "return booked.ageMs > options.graceMs ? 'unsettled' : undefined;",
        "return options.graceMs >= 0 ? 'unsettled' : undefined;",
      ),
    ],
    caughtBy: [
      test('may have a pending order that is young, and a sale of an order that was removed by retention'),
    ],
    why: 'An operator is called for orders that are well.',
  },
];
