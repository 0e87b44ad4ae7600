import type { Answered, AnsweredBody, HistoryEntry } from '../../history/entry.ts';
import type { FinalState, OrderRow, ReservationRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';

export function change(run: Run, state: Partial<FinalState>): Run {
  return { history: run.history, state: { ...run.state, ...state } };
}

export function append(run: Run, ...entries: ((at: number, attempt: number) => HistoryEntry)[]): Run {
  const last = Math.max(...run.history.map(({ at }) => at));
  const attempt = 1_000_000;
  return {
    ...run,
    history: [...run.history, ...entries.map((entry, index) => entry(last + 1 + index, attempt))],
  };
}

export function first<T>(items: readonly T[], matches: (item: T) => boolean = () => true): T {
  const found = items.find(matches);
  if (found === undefined) throw new Error('the valid run is too small for this mutation');
  return found;
}

export const confirmedOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ status }) => status === 'confirmed');

export const rejectedOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ reason }) => reason === 'insufficient-stock');

export const cancelledOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ reason }) => reason === 'cancelled');

/** Edits the order and every answer that shows it, so that only what was asked or listed disagrees. */
export function editEverywhere(
  run: Run,
  { id }: OrderRow,
  edit: <Body extends OrderRow | AnsweredBody>(body: Body) => Body,
): Run {
  return {
    history: run.history.map((entry) =>
      entry.type === 'ok' && entry.orderId === id && entry.body
        ? { ...entry, body: edit(entry.body) }
        : entry,
    ),
    state: {
      ...run.state,
      orders: run.state.orders.map((order) => (order.id === id ? edit(order) : order)),
    },
  };
}

/** The first reservation with that status. */
export function editReservation(
  run: Run,
  status: ReservationRow['status'],
  edit: (reservation: ReservationRow) => ReservationRow,
): Run {
  const chosen = first(run.state.reservations, (reservation) => reservation.status === status);
  return change(run, {
    reservations: run.state.reservations.map((other) => (other === chosen ? edit(other) : other)),
  });
}

/** The first answer that matches. */
export function editAnswer(
  run: Run,
  matches: (answer: Answered) => boolean,
  edit: (answer: Answered) => Answered,
): Run {
  const chosen = first(run.history, (entry) => entry.type === 'ok' && matches(entry)) as Answered;
  return { ...run, history: run.history.map((entry) => (entry === chosen ? edit(chosen) : entry)) };
}
