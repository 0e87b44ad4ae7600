import type { HistoryEntry } from '../history/entry.ts';
import type { Simulation } from './simulate.ts';

/** Thousands of green runs mean little unless each of these occurred in some of them. */
export const situations = [
  'a breaker opened',
  'a bulkhead was full',
  'a cached answer was given',
  'a default answer was given',
  'a key came with another body',
  'a machine crashed',
  'a clock jumped',
  'a process stalled',
  'a price changed',
  'a product was sold out',
  'a relay tried again',
  'a request was shed',
  'a reservation was released',
  'a row was parked and requeued',
  'an answer was replayed',
  'an order was cancelled',
  'an order was pending and then confirmed',
  'an order was rejected for its stock',
  'messages were lost, late and doubled',
  'reservations expired',
  'retention removed keys',
  'retention removed outbox rows',
  'the first request was still in flight',
  'the outcome of a request was unknown',
  'two requests with one key raced',
] as const;
export type Situation = (typeof situations)[number];

/** What occurred in one run. */
export function situationsOf(run: Simulation): Situation[] {
  const { history, databases, noticed, faults, state } = run;
  const { orders, inventory } = databases;
  const ended = (status: string) => inventory.reservations.some((row) => row.status === status);
  const hit = (kind: string) => faults.scheduled.some((fault) => fault.kind === kind);
  const messages = new Set(faults.messages.map(({ kind }) => kind));
  const occurred: Readonly<Record<Situation, boolean>> = {
    'a breaker opened': noticed.has('a breaker opened'),
    'a bulkhead was full': noticed.has('rejected by bulkhead'),
    'a cached answer was given': noticed.has('a cached answer was given'),
    'a default answer was given': noticed.has('a default answer was given'),
    'a key came with another body': failedWith(history, 'idempotency-key-reused'),
    'a machine crashed': hit('crash'),
    'a clock jumped': hit('clock jump'),
    'a process stalled': hit('stall'),
    'a price changed': history.filter(({ type }) => type === 'priced').length > state.stock.length,
    'a product was sold out': state.stock.some(({ available }) => available === 0),
    'a relay tried again': [...orders.swept.rows, ...orders.rows].some(({ attempts }) => attempts > 1),
    'a request was shed': noticed.has('a request was shed'),
    'a reservation was released': ended('released'),
    'a row was parked and requeued': history.some(({ type }) => type === 'requeued'),
    'an answer was replayed': history.some((entry) => entry.type === 'ok' && entry.replayed),
    'an order was cancelled': state.orders.some(({ reason }) => reason === 'cancelled'),
    'an order was pending and then confirmed': settledLater(history),
    'an order was rejected for its stock': failedWith(history, 'insufficient-stock'),
    'messages were lost, late and doubled': (
      ['request lost', 'answer lost', 'request late', 'answer late', 'duplicated'] as const
    ).every((kind) => messages.has(kind)),
    'reservations expired': ended('expired'),
    'retention removed keys': orders.swept.keys.length > 0,
    'retention removed outbox rows': orders.swept.rows.length > 0,
    'the first request was still in flight': failedWith(history, 'request-in-flight'),
    'the outcome of a request was unknown': history.some(({ type }) => type === 'unknown'),
    'two requests with one key raced': raced(history),
  };
  return situations.filter((situation) => occurred[situation]);
}

function settledLater(history: readonly HistoryEntry[]): boolean {
  const oks = history.filter((entry) => entry.type === 'ok').filter(({ replayed }) => !replayed);
  const pending = new Set(
    oks.filter(({ orderStatus }) => orderStatus === 'pending').map(({ orderId }) => orderId),
  );
  return oks.some(({ orderStatus, orderId }) => orderStatus === 'confirmed' && pending.has(orderId));
}

function failedWith(history: readonly HistoryEntry[], code: string): boolean {
  return history.some((entry) => entry.type === 'fail' && entry.code === code);
}

function raced(history: readonly HistoryEntry[]): boolean {
  const open = new Map<number, string>();
  for (const entry of history) {
    if (!('attempt' in entry)) continue;
    if (entry.type !== 'invoke') open.delete(entry.attempt);
    else if (entry.operation === 'place') {
      if ([...open.values()].includes(entry.key)) return true;
      open.set(entry.attempt, entry.key);
    }
  }
  return false;
}
