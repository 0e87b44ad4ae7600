import type { OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { change, confirmedOrder, editEverywhere, first, rejectedOrder } from './edit.ts';

export function duplicateOrder(run: Run): Run {
  const order = rejectedOrder(run);
  return change(run, { orders: [...run.state.orders, { ...order, id: 'twin' }] });
}

/** Removed everywhere, as if a crash had undone a commit: only the history still has it. */
export function loseOrder(run: Run): Run {
  const { id } = acknowledgedRejection(run);
  const others = <Row extends { orderId: string }>(rows: readonly Row[]) =>
    rows.filter(({ orderId }) => orderId !== id);
  return change(run, {
    orders: run.state.orders.filter((order) => order.id !== id),
    outbox: others(run.state.outbox),
    reservations: others(run.state.reservations),
  });
}

function acknowledgedRejection({ history, state }: Run): OrderRow {
  const acknowledged = new Set(history.filter((entry) => entry.type === 'ok').map(({ orderId }) => orderId));
  return first(state.orders, ({ id, reason }) => reason === 'insufficient-stock' && acknowledged.has(id));
}

export function addPhantom(run: Run): Run {
  const ghost = { ...rejectedOrder(run), id: 'ghost', key: 'nobody' };
  return change(run, { orders: [...run.state.orders, ghost] });
}

/** Every answer shows the order as it is stored, and nothing was reserved for it: only the request disagrees. */
export function storeAnotherOrder(run: Run): Run {
  const order = rejectedOrder(run);
  const edited = editEverywhere(run, order, (body) => ({
    ...body,
    items: [{ sku: 'desk', quantity: 7, unitPriceCents: 22_900 }],
    totalCents: 7 * 22_900,
  }));
  return change(edited, {
    reservations: edited.state.reservations.filter(({ orderId }) => orderId !== order.id),
  });
}

export function forgetKey(run: Run): Run {
  return change(run, { forgottenWhilePending: [confirmedOrder(run).id] });
}
