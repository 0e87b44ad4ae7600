import type { HistoryEntry, OrderStatus } from '../../history/entry.ts';
import type { OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { append, confirmedOrder, first } from './edit.ts';

/** Two orders for the same basket of the same customer, so that nothing but the id is wrong. */
export function answerWithTwoIds(run: Run): Run {
  const [one, other] = run.state.orders.filter(({ status }) => status === 'confirmed') as [
    OrderRow,
    OrderRow,
  ];
  return append(
    run,
    (at, attempt) => ({
      type: 'invoke',
      operation: 'place',
      attempt,
      at,
      key: one.key,
      customerId: other.customerId,
      items: other.items,
    }),
    (at, attempt) => ({
      type: 'ok',
      attempt,
      at,
      orderId: other.id,
      orderStatus: 'confirmed',
      replayed: true,
    }),
  );
}

export function readMisses(run: Run): Run {
  return ask(
    run,
    first(run.history.filter((entry) => entry.type === 'ok')).orderId,
    'read',
    404,
    'not-found',
  );
}

export function cancelMisses(run: Run): Run {
  return ask(run, confirmedOrder(run).id, 'cancel', 404, 'unknown-order');
}

function ask(run: Run, orderId: string, operation: 'read' | 'cancel', status: number, code: string): Run {
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation, attempt, at, orderId }),
    (at, attempt) => ({ type: 'fail', attempt, at, status, code }),
  );
}

export function readAgain(run: Run, orderStatus: OrderStatus, operation: 'read' | 'cancel' = 'read'): Run {
  const { id: orderId } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation, attempt, at, orderId }),
    (at, attempt) => ({ type: 'ok', attempt, at, orderId, orderStatus, replayed: false }),
  );
}

export function rejectedAndSold(run: Run, status: number, code: string): Run {
  const { key, customerId, items } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'place', attempt, at, key, customerId, items }),
    (at, attempt) => ({ type: 'fail', attempt, at, status, code }),
  );
}

/** A key whose only settled answers come at the very end. */
export function settleLate(run: Run): Run {
  const { id, key } = pendingOrder(run);
  return {
    ...run,
    history: run.history
      .filter((entry) => !isReplayed(entry, id))
      .map((entry) => (isEndOf(run, entry, { id, key }) ? { ...entry, at: entry.at + 60_000 } : entry)),
  };
}

export function neverSettles(run: Run): Run {
  const order = pendingOrder(run);
  return { ...run, history: run.history.filter((entry) => !isEndOf(run, entry, order)) };
}

/** Pending at first, and not cancelled: its reads say that it settled. */
function pendingOrder({ history, state }: Run): OrderRow {
  const pending = new Set(
    history.flatMap((entry) =>
      entry.type === 'ok' && entry.orderStatus === 'pending' ? [entry.orderId] : [],
    ),
  );
  return first(state.orders, ({ id, reason }) => pending.has(id) && reason !== 'cancelled');
}

const isReplayed = (entry: HistoryEntry, id: string): boolean =>
  entry.type === 'ok' && entry.orderId === id && entry.replayed;

function isEndOf({ history }: Run, entry: HistoryEntry, { id, key }: Pick<OrderRow, 'id' | 'key'>): boolean {
  if (entry.type === 'ok') return entry.orderId === id && entry.orderStatus !== 'pending';
  if (entry.type !== 'fail') return false;
  return history.some(
    (other) =>
      other.type === 'invoke' &&
      other.operation === 'place' &&
      other.attempt === entry.attempt &&
      other.key === key,
  );
}
