import type { HistoryEntry, OrderStatus } from '../history/entry.ts';
import type { FinalState, OrderRow, StockRow } from './final-state.ts';
import type { Run } from './honest-run.ts';
import type { InvariantId } from './verdict.ts';

/** One way for the system to break a promise, and the only promise that it breaks. */
export type Mutation = {
  readonly name: string;
  readonly breaks: InvariantId;
  readonly apply: (run: Run) => Run;
};

export const mutations: readonly Mutation[] = [
  { name: 'a duplicate: the same key made two orders', breaks: 'I1', apply: duplicateOrder },
  { name: 'two answers to one key name different orders', breaks: 'I1', apply: answerWithTwoIds },
  { name: 'a lost order: acknowledged, then gone', breaks: 'I2', apply: (run) => loseOrder(run) },
  { name: 'an acknowledged order that a later read does not find', breaks: 'I2', apply: readMisses },
  { name: 'a phantom: an order under a key nobody sent', breaks: 'I3', apply: addPhantom },
  { name: 'an order with other items than were asked for', breaks: 'I3', apply: swapItems },
  {
    name: 'broken conservation: a piece vanished from the shelf',
    breaks: 'I4',
    apply: (run) => shelf(run, { available: -1 }),
  },
  { name: 'a snapshot during the faults that does not add up', breaks: 'I4', apply: unbalancedSample },
  { name: 'a negative count that still adds up', breaks: 'I4', apply: negativeCount },
  { name: 'a ledger that disagrees with the stock', breaks: 'I4', apply: driftingLedger },
  { name: 'an oversell: more confirmed than supplied', breaks: 'I5', apply: oversell },
  {
    name: 'a stuck reservation that still holds stock',
    breaks: 'I6',
    apply: (run) => reservation(run, { status: 'reserved' }),
  },
  {
    name: 'a reservation that ended twice',
    breaks: 'I6',
    apply: (run) => reservation(run, { endedPieces: 2_000 }),
  },
  { name: 'a confirmed order without a reservation', breaks: 'I6', apply: withoutReservation },
  { name: 'stock sold for an order that was rejected', breaks: 'I6', apply: soldButRejected },
  { name: 'an undrained outbox', breaks: 'I7', apply: (run) => outboxState(run, 'waiting') },
  { name: 'a parked outbox row', breaks: 'I7', apply: (run) => outboxState(run, 'parked') },
  { name: 'a confirmed order that was never announced', breaks: 'I7', apply: unannounced },
  { name: 'an event that was applied twice', breaks: 'I7', apply: appliedTwice },
  { name: 'an event whose effect was applied twice', breaks: 'I7', apply: countedTwice },
  { name: 'a status that goes back to pending', breaks: 'I8', apply: (run) => readAgain(run, 'pending') },
  { name: 'a status that changes its mind', breaks: 'I8', apply: (run) => readAgain(run, 'rejected') },
  { name: 'a customer who was refused and has bought all the same', breaks: 'I8', apply: refusedAndSold },
  { name: 'amplification: retries pile onto a failing edge', breaks: 'I9', apply: amplify },
  { name: 'an order that settles too late', breaks: 'I10', apply: settleLate },
  { name: 'a key that never resolves', breaks: 'I10', apply: neverSettles },
];

function change(run: Run, state: Partial<FinalState>): Run {
  return { history: run.history, state: { ...run.state, ...state } };
}

function append(run: Run, ...entries: ((at: number, attempt: number) => HistoryEntry)[]): Run {
  const last = Math.max(...run.history.map(({ at }) => at));
  const attempt = 1_000_000;
  return {
    ...run,
    history: [...run.history, ...entries.map((entry, index) => entry(last + 1 + index, attempt))],
  };
}

function first<T>(items: readonly T[], matches: (item: T) => boolean = () => true): T {
  const found = items.find(matches);
  if (found === undefined) throw new Error('the honest run is too small for this mutation');
  return found;
}

const confirmedOrder = ({ state }: Run): OrderRow =>
  first(state.orders, ({ status }) => status === 'confirmed');

function duplicateOrder(run: Run): Run {
  const order = first(run.state.orders, ({ status }) => status === 'rejected');
  return change(run, { orders: [...run.state.orders, { ...order, id: 'twin' }] });
}

function answerWithTwoIds(run: Run): Run {
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

/** Undone everywhere, as if a crash had eaten a commit: only the client still knows. */
function loseOrder(run: Run): Run {
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

function readMisses(run: Run): Run {
  const { orderId } = first(run.history.filter((entry) => entry.type === 'ok'));
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'read', attempt, at, orderId }),
    (at, attempt) => ({ type: 'fail', attempt, at, status: 404, code: 'not-found' }),
  );
}

function addPhantom(run: Run): Run {
  return change(run, {
    orders: [
      ...run.state.orders,
      { id: 'ghost', key: 'nobody', status: 'rejected', items: [{ sku: 'mug', quantity: 1 }] },
    ],
  });
}

function swapItems(run: Run): Run {
  const order = first(run.state.orders, ({ status }) => status === 'rejected');
  const swapped = { ...order, items: [{ sku: 'anvil', quantity: 1 }] };
  return change(run, { orders: run.state.orders.map((other) => (other.id === order.id ? swapped : other)) });
}

/** Moves the first SKU's counts everywhere they are kept, so that only the sum is wrong. */
function shelf(run: Run, by: Partial<Record<keyof Omit<StockRow, 'sku'>, number>>): Run {
  const move = (rows: readonly StockRow[]) => rows.map((row, index) => (index === 0 ? moved(row, by) : row));
  return change(run, { stock: move(run.state.stock), ledger: move(run.state.ledger) });
}

function moved(row: StockRow, by: Partial<Record<keyof Omit<StockRow, 'sku'>, number>>): StockRow {
  return {
    sku: row.sku,
    supplied: row.supplied + (by.supplied ?? 0),
    available: row.available + (by.available ?? 0),
    reserved: row.reserved + (by.reserved ?? 0),
    sold: row.sold + (by.sold ?? 0),
  };
}

function unbalancedSample(run: Run): Run {
  const sample = run.state.stock.map((row) => moved(row, { reserved: 1 }));
  return change(run, { stockSamples: [...run.state.stockSamples, sample] });
}

function negativeCount(run: Run): Run {
  const row = first(run.state.stock);
  return shelf(run, { available: -row.available - 1, sold: row.available + 1 });
}

function driftingLedger(run: Run): Run {
  return change(run, { ledger: run.state.ledger.map((row) => moved(row, { available: -1, sold: 1 })) });
}

/** The shelf shrinks after the sale: everything adds up, and still more was promised than there is. */
function oversell(run: Run): Run {
  const row = first(run.state.stock, ({ sold }) => sold > 1);
  const shrink = (rows: readonly StockRow[]) =>
    rows.map((other) =>
      other.sku === row.sku ? { ...other, supplied: row.sold - 1, available: 0, sold: row.sold - 1 } : other,
    );
  return change(run, { stock: shrink(run.state.stock), ledger: shrink(run.state.ledger) });
}

function reservation(run: Run, by: Partial<FinalState['reservations'][number]>): Run {
  const held = first(
    run.state.reservations,
    ({ status }) => status === ('status' in by ? 'refused' : 'confirmed'),
  );
  const changed = { ...held, ...by };
  return change(run, {
    reservations: run.state.reservations.map((other) => (other.orderId === held.orderId ? changed : other)),
  });
}

function withoutReservation(run: Run): Run {
  const { id } = confirmedOrder(run);
  return change(run, { reservations: run.state.reservations.filter(({ orderId }) => orderId !== id) });
}

function soldButRejected(run: Run): Run {
  const { id } = first(run.state.orders, ({ status }) => status === 'rejected');
  const sold = { status: 'confirmed', heldPieces: 1, endedPieces: 1 } as const;
  return change(run, {
    reservations: run.state.reservations.map((other) =>
      other.orderId === id ? { ...other, ...sold } : other,
    ),
  });
}

function outboxState(run: Run, state: 'waiting' | 'parked'): Run {
  return change(run, {
    outbox: run.state.outbox.map((row, index) => (index === 0 ? { ...row, state } : row)),
  });
}

function unannounced(run: Run): Run {
  const { id } = confirmedOrder(run);
  const keeps = (row: FinalState['outbox'][number]) => row.orderId !== id || row.kind !== 'order-confirmed';
  return change(run, {
    outbox: run.state.outbox.filter(keeps),
    purchases: run.state.purchases.filter(({ orderId }) => orderId !== id),
  });
}

function appliedTwice(run: Run): Run {
  return change(run, {
    purchases: run.state.purchases.map((row, index) => (index === 0 ? { ...row, times: 2 } : row)),
  });
}

function countedTwice(run: Run): Run {
  return change(run, {
    popularity: run.state.popularity.map((row) => ({ ...row, counted: row.counted + 1 })),
  });
}

function readAgain(run: Run, orderStatus: OrderStatus): Run {
  const { id: orderId } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'read', attempt, at, orderId }),
    (at, attempt) => ({ type: 'ok', attempt, at, orderId, orderStatus, replayed: false }),
  );
}

function refusedAndSold(run: Run): Run {
  const { key, items } = confirmedOrder(run);
  return append(
    run,
    (at, attempt) => ({ type: 'invoke', operation: 'place', attempt, at, key, items }),
    (at, attempt) => ({ type: 'fail', attempt, at, status: 409, code: 'insufficient-stock' }),
  );
}

function amplify(run: Run): Run {
  return change(run, { traffic: run.state.traffic.map((edge) => ({ ...edge, attempts: edge.calls * 2 })) });
}

function settleLate(run: Run): Run {
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

function neverSettles(run: Run): Run {
  return { ...run, history: run.history.filter((entry) => !isLastAnswer(run, entry)) };
}
