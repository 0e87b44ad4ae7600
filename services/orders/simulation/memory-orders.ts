import type { Clock } from '@ballast/resilience/primitives';
import type { OrderStoreOptions } from '../src/db/orders.ts';
import type {
  IdempotencyKey,
  KnownKey,
  Order,
  OrderDraft,
  OrderState,
  OrderStore,
  StoredAnswer,
} from '../src/use-cases/order.ts';
import type { Claim, Outbox, OutboxKind } from '../src/use-cases/outbox.ts';

export interface MemoryKey extends IdempotencyKey {
  orderId: string;
  lockedUntilMs: number;
  expiresAtMs: number;
  answer: StoredAnswer | null;
}

export interface MemoryOutboxRow {
  id: string;
  orderId: string;
  kind: OutboxKind;
  dueAtMs: number;
  claim: string | null;
  attempts: number;
  lastError: string | null;
  doneAtMs: number | null;
  parkedAtMs: number | null;
}

/** The tables of this service, readable, so that a simulation can check its invariants. */
export interface MemoryOrders {
  orders: Map<string, Order>;
  keys: Map<string, MemoryKey>;
  rows: MemoryOutboxRow[];
  store: OrderStore;
  outbox: Outbox;
}

/** The same promises as `ordersIn` and `outboxIn`, kept in memory for the simulation: same tests, no database. */
export function memoryOrders({
  clock,
  ...options
}: OrderStoreOptions & { readonly clock: Pick<Clock, 'now'> }): MemoryOrders {
  const orders = new Map<string, Order>();
  const keys = new Map<string, MemoryKey>();
  const rows: MemoryOutboxRow[] = [];
  const settledAtMs = new Map<string, number>();
  const open = (row: MemoryOutboxRow) => row.doneAtMs === null;
  const waiting = (row: MemoryOutboxRow) => open(row) && row.parkedAtMs === null;
  const heldRow = ({ id, claim }: Claim) =>
    rows.find((row) => row.id === id && row.claim === claim && waiting(row));
  let claims = 0;
  let enqueued = 0;

  function enqueue(orderId: string, kind: OutboxKind, dueAtMs: number) {
    const state = { claim: null, attempts: 0, lastError: null, doneAtMs: null, parkedAtMs: null };
    rows.push({ id: String(++enqueued), orderId, kind, dueAtMs, ...state });
  }

  function answered(key: string | undefined, answer: StoredAnswer | undefined) {
    const known = key === undefined ? undefined : keys.get(key);
    if (known && answer) known.answer ??= structuredClone(answer);
  }

  function knownKey(key: string): KnownKey | undefined {
    const known = keys.get(key);
    if (!known) return undefined;
    const { fingerprint, answer, lockedUntilMs } = structuredClone(known);
    const order = structuredClone(orders.get(known.orderId) as Order);
    return { kind: 'known', fingerprint, order, answer, lockedForMs: lockedUntilMs - clock.now() };
  }

  const store: OrderStore = {
    findKey: async (key) => knownKey(key),
    async place(draft: OrderDraft, { key, fingerprint }) {
      const known = knownKey(key);
      if (known) return known;
      const lockedUntilMs = clock.now() + options.lockMs;
      const expiresAtMs = lockedUntilMs + options.keepKeysMs;
      keys.set(key, { key, fingerprint, orderId: draft.id, lockedUntilMs, expiresAtMs, answer: null });
      orders.set(draft.id, { ...structuredClone(draft), status: 'pending' });
      enqueue(draft.id, 'settle-order', lockedUntilMs);
      return { kind: 'placed' };
    },
    async settle(orderId, state: OrderState, given) {
      const order = orders.get(orderId);
      const isFirst = order?.status === 'pending';
      if (isFirst) {
        orders.set(orderId, { ...order, ...state });
        settledAtMs.set(orderId, clock.now());
        if (state.status === 'confirmed') enqueue(orderId, 'order-confirmed', clock.now());
      }
      const settlement = rows.find(
        (row) => row.orderId === orderId && row.kind === 'settle-order' && open(row),
      );
      if (settlement) Object.assign(settlement, { doneAtMs: clock.now(), parkedAtMs: null });
      answered(given?.key, given?.answer);
      return isFirst;
    },
    async postpone(orderId, { key, answer }) {
      answered(key, answer);
      const row = rows.find((row) => row.orderId === orderId && row.kind === 'settle-order' && open(row));
      if (row?.attempts === 0) row.dueAtMs = clock.now();
    },
    async find(orderId) {
      return structuredClone(orders.get(orderId));
    },
    async sweep(limit) {
      const nowMs = clock.now();
      const expired = [...keys.values()]
        .filter(({ expiresAtMs }) => expiresAtMs <= nowMs)
        .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
        .slice(0, limit);
      for (const known of expired)
        known.expiresAtMs = orders.has(known.orderId)
          ? (settledAtMs.get(known.orderId) ?? nowMs) + options.keepKeysMs
          : nowMs;
      const forgotten = expired.filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
      for (const { key } of forgotten) keys.delete(key);
      const isOld = ({ doneAtMs }: MemoryOutboxRow) =>
        doneAtMs !== null && doneAtMs <= nowMs - options.keepDeliveredMs;
      const tidied = rows.filter(isOld).slice(0, limit);
      for (const row of tidied) rows.splice(rows.indexOf(row), 1);
      return forgotten.length + tidied.length;
    },
    async removeSettled(limit) {
      const { keepOrdersMs = Number.POSITIVE_INFINITY } = options;
      const isOld = ({ id }: Order) =>
        (settledAtMs.get(id) ?? Number.POSITIVE_INFINITY) <= clock.now() - keepOrdersMs &&
        !rows.some((row) => row.orderId === id && open(row)) &&
        ![...keys.values()].some(({ orderId }) => orderId === id);
      const removed = [...orders.values()].filter(isOld).slice(0, limit);
      for (const { id } of removed) {
        orders.delete(id);
        for (const row of rows.filter(({ orderId }) => orderId === id)) rows.splice(rows.indexOf(row), 1);
      }
      return removed.length;
    },
  };

  const outbox: Outbox = {
    async claim(kind, { limit, leaseMs }) {
      const due = rows
        .filter((row) => row.kind === kind && waiting(row) && row.dueAtMs <= clock.now())
        .sort((a, b) => a.dueAtMs - b.dueAtMs)
        .slice(0, limit);
      const claim = `claim-${++claims}`;
      return due.map((row) => {
        row.attempts++;
        row.claim = claim;
        row.dueAtMs = clock.now() + leaseMs;
        return {
          id: row.id,
          claim,
          attempts: row.attempts,
          order: structuredClone(orders.get(row.orderId) as Order),
        };
      });
    },
    async done(held) {
      for (const row of held.flatMap((claimed) => heldRow(claimed) ?? []))
        Object.assign(row, { doneAtMs: clock.now(), claim: null });
    },
    async postpone(claimed, { attempts, error, delayMs }) {
      const dueAtMs = clock.now() + delayMs;
      Object.assign(heldRow(claimed) ?? {}, { attempts, lastError: error, dueAtMs, claim: null });
    },
    async release(held) {
      for (const row of held.flatMap((claimed) => heldRow(claimed) ?? []))
        Object.assign(row, { attempts: row.attempts - 1, dueAtMs: clock.now(), claim: null });
    },
    async park(claimed, { attempts, error }) {
      const row = heldRow(claimed);
      Object.assign(row ?? {}, { attempts, lastError: error, parkedAtMs: clock.now(), claim: null });
      return row !== undefined;
    },
    async parked(limit) {
      return rows
        .filter(({ parkedAtMs }) => parkedAtMs !== null)
        .slice(0, limit)
        .map((row) => {
          const { id, orderId, kind, attempts, lastError, parkedAtMs } = row;
          return { id, orderId, kind, attempts, lastError, parkedAt: new Date(parkedAtMs ?? 0) };
        });
    },
    async backlog() {
      const due = rows.filter((row) => waiting(row) && row.dueAtMs <= clock.now());
      return {
        parked: rows.filter(({ parkedAtMs }) => parkedAtMs !== null).length,
        oldestDueAgeMs: Math.max(0, ...due.map(({ dueAtMs }) => clock.now() - dueAtMs)),
      };
    },
    async requeue(id) {
      const row = rows.find((row) => row.id === id && row.parkedAtMs !== null);
      if (!row) return false;
      Object.assign(row, { parkedAtMs: null, attempts: 0, dueAtMs: clock.now() });
      return true;
    },
    async requeueMany({ kind, limit }) {
      const parked = rows
        .filter((row) => row.parkedAtMs !== null && (kind === undefined || row.kind === kind))
        .sort((a, b) => Number(a.parkedAtMs) - Number(b.parkedAtMs))
        .slice(0, limit);
      for (const row of parked) Object.assign(row, { parkedAtMs: null, attempts: 0, dueAtMs: clock.now() });
      return parked.length;
    },
  };
  return { orders, keys, rows, store, outbox };
}
