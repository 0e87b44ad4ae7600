import type { HistoryEntry, OrderLine, OrderStatus } from '../history/entry.ts';
import { type SeededRandom, seededRandom } from '../seeded-random.ts';
import type { FinalState, OrderRow, StockRow } from './final-state.ts';
import { HistoryRecorder } from './history-recorder.ts';

export type Run = { readonly history: readonly HistoryEntry[]; readonly state: FinalState };

const skus = ['mug', 'lamp', 'desk'];
const suppliedEach = 30;

/** A run that keeps every invariant, with pending and rejected orders and duplicates. Mutations change it. */
export function validRun(seed: number, keys = 40): Run {
  const random = seededRandom(seed);
  const shelves = new Map(skus.map((sku) => [sku, suppliedEach]));
  const recorder = new HistoryRecorder();
  const orders: OrderRow[] = [];
  for (let index = 0; index < keys; index += 1) {
    const line = { sku: random.pick(skus), quantity: random.integer(1, 9) };
    const order = { id: `order-${index}`, key: `key-${index}`, status: sell(shelves, line), items: [line] };
    orders.push(order);
    recordCustomer(recorder, random, order);
    if (index === Math.floor(keys / 2)) recorder.healed();
  }
  return { history: recorder.entries, state: finalState(orders, [...shelves].map(stockRow)) };
}

function sell(shelves: Map<string, number>, { sku, quantity }: OrderLine): OrderStatus {
  const available = shelves.get(sku) ?? 0;
  if (available < quantity) return 'rejected';
  shelves.set(sku, available - quantity);
  return 'confirmed';
}

/** The requests and answers of the customer who placed this order. */
function recordCustomer(
  recorder: HistoryRecorder,
  random: SeededRandom,
  { id, key, status, items }: OrderRow,
): void {
  if (random.chance(0.3)) recorder.unknown(recorder.place(key, items));
  const wasPending = random.chance(0.4);
  const attempt = recorder.place(key, items);
  if (wasPending) recorder.ok(attempt, id, 'pending');
  else if (status === 'confirmed') recorder.ok(attempt, id, 'confirmed');
  else recorder.fail(attempt, 409, 'insufficient-stock');
  if (wasPending && random.chance(0.5)) recorder.ok(recorder.place(key, items), id, 'pending', true);
  recorder.read(id, status);
}

function stockRow([sku, available]: [string, number]): StockRow {
  return { sku, supplied: suppliedEach, available, reserved: 0, sold: suppliedEach - available };
}

function finalState(orders: readonly OrderRow[], stock: readonly StockRow[]): FinalState {
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
    reservations: orders.map(({ id, status, items }) => {
      const pieces = status === 'confirmed' ? (items[0] as OrderLine).quantity : 0;
      return {
        orderId: id,
        status: pieces ? 'confirmed' : 'refused',
        items,
        heldPieces: pieces,
        endedPieces: pieces,
      };
    }),
    stock,
    ledger: stock,
    stockSamples: [stock],
    purchases: confirmed.map(({ id }) => ({ orderId: id, times: 1 })),
    popularity: [{ sku: 'mug', counted: 3, expected: 3 }],
    traffic: [{ edge: 'orders -> inventory', calls: 1000, retries: 60, attempts: 1060, freeRetries: 3 }],
  };
}
