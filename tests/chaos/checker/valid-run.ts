import type { HistoryEntry, PricedLine } from '../history/entry.ts';
import { type SeededRandom, seededRandom } from '../seeded-random.ts';
import type { FinalState, OrderRow, ReservationRow, StockRow } from './final-state.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { quantities } from './order-lines.ts';

export type Run = { readonly history: readonly HistoryEntry[]; readonly state: FinalState };

/** What happens to the customer of an order; every run has all of it. */
const lives = [
  'plain',
  'unknown first',
  'replayed',
  'other body',
  'cancelled',
  'expired first',
  'too late',
] as const;
type Life = (typeof lives)[number];

const prices = { mug: 990, lamp: 5900, desk: 22_900 };
const raisedMug = 1090;
const suppliedEach = 30;

/** A run that keeps every invariant and has every situation in it. Mutations change it. */
export function validRun(seed: number, keys = 56): Run {
  const random = seededRandom(seed);
  const shelves = new Map(Object.keys(prices).map((sku) => [sku, suppliedEach]));
  const recorder = new HistoryRecorder();
  const orders: OrderRow[] = [];
  const reservations: ReservationRow[] = [];
  for (const [sku, priceCents] of Object.entries(prices)) recorder.priced(sku, priceCents);
  for (let index = 0; index < keys; index += 1) {
    const life = lives[index % lives.length] as Life;
    if (index === Math.floor(keys / 4)) recorder.priced('mug', raisedMug);
    if (index === Math.floor(keys / 2)) halfTime(recorder);
    const order = sell(shelves, orderOf(index, keys, random), life);
    orders.push(order);
    reservations.push(...reservationsOf(order, life));
    recordCustomer(recorder, random, { order, life });
  }
  return { history: recorder.entries, state: finalState(orders, reservations, shelves) };
}

function halfTime(recorder: HistoryRecorder): void {
  recorder.requeued(2);
  recorder.healed();
}

function orderOf(index: number, keys: number, random: SeededRandom): OrderRow {
  const mug = index < Math.floor(keys / 4) ? prices.mug : raisedMug;
  const priceOf = new Map(Object.entries({ ...prices, mug }));
  const skus = random.chance(0.5) ? [random.pick([...priceOf.keys()])] : ['lamp', 'mug'];
  const items = skus.map((sku) => ({
    sku,
    quantity: random.integer(1, 3),
    unitPriceCents: priceOf.get(sku) as number,
  }));
  return {
    id: `order-${index}`,
    key: `key-${index}`,
    status: 'confirmed',
    reason: null,
    customerId: `customer-${index % 5}`,
    items,
    totalCents: items.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0),
  };
}

function sell(shelves: Map<string, number>, order: OrderRow, life: Life): OrderRow {
  if (life === 'cancelled') return { ...order, status: 'rejected', reason: 'cancelled' };
  const isShort = order.items.some(({ sku, quantity }) => (shelves.get(sku) ?? 0) < quantity);
  if (isShort) return { ...order, status: 'rejected', reason: 'insufficient-stock' };
  for (const { sku, quantity } of order.items) shelves.set(sku, (shelves.get(sku) ?? 0) - quantity);
  return order;
}

function reservationsOf({ id: orderId, status, reason, items }: OrderRow, life: Life): ReservationRow[] {
  const lines = items.map(({ sku, quantity }) => ({ sku, quantity }));
  const base = { orderId, items: lines, held: lines, sold: [], returned: [] };
  const expired = { ...base, status: 'expired', returned: lines } as const;
  const earlier = life === 'expired first' && status === 'confirmed' ? [expired] : [];
  if (status === 'confirmed') return [...earlier, { ...base, status: 'confirmed', sold: lines }];
  if (reason === 'cancelled') return [{ ...base, status: 'released', returned: lines }];
  return [{ ...base, status: 'refused', held: [] }];
}

/** The requests and answers of the customer who placed this order. */
function recordCustomer(
  recorder: HistoryRecorder,
  random: SeededRandom,
  { order, life }: { order: OrderRow; life: Life },
): void {
  if (life === 'unknown first') recorder.unknown(recorder.place(order));
  const wasPending = life === 'cancelled' || life === 'replayed' || random.chance(0.3);
  const attempt = recorder.place(order);
  if (wasPending) recorder.placed(attempt, order, 'pending');
  else answer(recorder, attempt, order);
  if (life === 'replayed') recorder.placed(recorder.place(order), order, 'pending', true);
  if (life === 'cancelled') recorder.cancel(order);
  if (life === 'too late' && order.status === 'confirmed') recorder.cancelTooLate(order);
  recorder.read(order, order.status);
  if (life === 'replayed') answer(recorder, recorder.place(order), order, true);
  if (life === 'other body')
    recorder.fail(recorder.place({ ...order, items: otherItems }), 422, 'idempotency-key-reused');
}

const otherItems: readonly PricedLine[] = [{ sku: 'desk', quantity: 9, unitPriceCents: prices.desk }];

function answer(recorder: HistoryRecorder, attempt: number, order: OrderRow, replayed = false): void {
  if (order.status === 'confirmed') recorder.placed(attempt, order, 'confirmed', replayed);
  else recorder.fail(attempt, 409, order.reason ?? 'insufficient-stock');
}

function stockRow([sku, available]: [string, number]): StockRow {
  return { sku, supplied: suppliedEach, available, reserved: 0, sold: suppliedEach - available };
}

function finalState(
  orders: readonly OrderRow[],
  reservations: readonly ReservationRow[],
  shelves: ReadonlyMap<string, number>,
): FinalState {
  const stock = [...shelves].map(stockRow);
  const confirmed = orders.filter(({ status }) => status === 'confirmed');
  return {
    orders,
    outbox: [
      ...orders.map(({ id }) => ({ orderId: id, kind: 'settle-order' as const, state: 'done' as const })),
      ...confirmed.map(({ id }) => ({
        orderId: id,
        kind: 'order-confirmed' as const,
        state: 'done' as const,
      })),
    ],
    reservations,
    stock,
    ledger: stock,
    stockSamples: [stock],
    supply: stock.map(({ sku, supplied }) => ({ sku, supplied })),
    forgottenWhilePending: [],
    forgottenKeys: 3,
    purchases: confirmed.map(({ id, customerId, items }) => ({
      orderId: id,
      times: 1,
      customerId,
      skus: [...quantities(items).keys()],
    })),
    popularity: [{ sku: 'mug', counted: 3, expected: 3 }],
    traffic: [{ edge: 'orders -> inventory', calls: 1000, retries: 60, attempts: 1060, freeRetries: 3 }],
  };
}
