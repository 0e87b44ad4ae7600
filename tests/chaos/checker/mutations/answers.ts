import type { HistoryEntry, OrderStatus } from '../../history/entry.ts';
import type { OrderRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { append, confirmedOrder, first } from './edit.ts';

export function answerWithTwoIds(run: Run): Run {
  const [one, other] = run.state.orders.filter(({ status }) => status === 'confirmed') as [
    OrderRow,
    OrderRow,
  ];
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'place', attempt, at, key: one.key, items: one.items }),
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
  const { orderId } = first(run.history.filter((entry) => entry.type === 'ok'));
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'read', attempt, at, orderId }),
    (at, attempt) => ({ type: 'fail', attempt, at, status: 404, code: 'not-found' }),
  );
}

export function readAgain(run: Run, orderStatus: OrderStatus): Run {
  const { id: orderId } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'read', attempt, at, orderId }),
    (at, attempt) => ({ type: 'ok', attempt, at, orderId, orderStatus, replayed: false }),
  );
}

export function outOfStockAndSold(run: Run): Run {
  const { key, items } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'place', attempt, at, key, items }),
    (at, attempt) => ({ type: 'fail', attempt, at, status: 409, code: 'insufficient-stock' }),
  );
}

export function settleLate(run: Run): Run {
  return {
    ...run,
    history: run.history.map((entry) =>
      isLastAnswer(run, entry) ? { ...entry, at: entry.at + 60_000 } : entry,
    ),
  };
}

/** A pending order's last read: nothing else in the history says that it settled. */
function isLastAnswer({ history }: Run, entry: HistoryEntry): boolean {
  const pending = first(
    history.filter((other) => other.type === 'ok'),
    ({ orderStatus }) => orderStatus === 'pending',
  );
  return entry.type === 'ok' && entry.orderId === pending.orderId && entry.orderStatus !== 'pending';
}

export function neverSettles(run: Run): Run {
  return { ...run, history: run.history.filter((entry) => !isLastAnswer(run, entry)) };
}
