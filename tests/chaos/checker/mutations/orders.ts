import type { OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { change, first, rejectedOrder } from './edit.ts';

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
  return first(state.orders, ({ id, status }) => status === 'rejected' && acknowledged.has(id));
}

export function addPhantom(run: Run): Run {
  return change(run, {
    orders: [
      ...run.state.orders,
      { id: 'ghost', key: 'nobody', status: 'rejected', items: [{ sku: 'mug', quantity: 1 }] },
    ],
  });
}

export function swapItems(run: Run): Run {
  const order = rejectedOrder(run);
  const swapped = { ...order, items: [{ sku: 'anvil', quantity: 1 }] };
  return change(run, { orders: run.state.orders.map((other) => (other.id === order.id ? swapped : other)) });
}
