import type { Order } from './order.ts';
import { isSamePieces } from './pieces.ts';

/** An order as it stands in the book of orders. */
export interface BookedOrder {
  readonly order: Order;
  /** By the clock of the database. */
  readonly ageMs: number;
}

/** What inventory has decided for an order. */
export interface BookedReservation {
  readonly orderId: string;
  readonly status: 'reserved' | 'confirmed' | 'refused' | 'released' | 'expired';
  readonly items: readonly { sku: string; quantity: number }[];
  /** When a hold ends, or would have ended. */
  readonly expiresAt: Date;
}

/** A book that is read a page at a time, in the order of its ids. */
export interface Book<Entry> {
  page(options: { after: string | undefined; limit: number }): Promise<readonly Entry[]>;
  find(orderId: string): Promise<Entry | undefined>;
}

export interface Books {
  readonly orders: Book<BookedOrder>;
  readonly reservations: Book<BookedReservation>;
}

export type DifferenceKind =
  | 'unsettled'
  | 'not-sold'
  | 'other-pieces'
  | 'confirmed-without-stock'
  | 'held-without-order'
  | 'sold-without-order';

/** An order of which the two books do not say the same. */
export interface Difference {
  readonly orderId: string;
  readonly kind: DifferenceKind;
  readonly order: Order | undefined;
  readonly reservation: BookedReservation | undefined;
}

export interface ReconcileOptions {
  /** A pending order is a difference only when it is older than this: until then it is simply being settled. */
  readonly graceMs: number;
  readonly pageSize: number;
  /** Holds that ended before this belong to orders that may have been removed by their retention. */
  readonly ordersKeptSince?: Date | undefined;
}

/** Walks through both books side by side and gives what they do not agree on. Nothing is locked or changed. */
export async function* findDifferences(
  books: Books,
  options: ReconcileOptions,
): AsyncGenerator<Difference, void> {
  for await (const { orderId, ...entries } of sideBySide(books, options.pageSize)) {
    if (!kindOf(entries, options)) continue;
    // The pages were read at different moments, so a doubt is looked at once more.
    const { booked, reservation } = await entriesOf(orderId, books);
    const kind = kindOf({ booked, reservation }, options);
    if (kind) yield { orderId, kind, order: booked?.order, reservation };
  }
}

interface BothEntries {
  readonly booked: BookedOrder | undefined;
  readonly reservation: BookedReservation | undefined;
}

function kindOf({ booked, reservation }: BothEntries, options: ReconcileOptions): DifferenceKind | undefined {
  const decided = reservation?.status;
  if (booked === undefined || booked.order.status === 'rejected') {
    if (decided === 'reserved') return 'held-without-order';
    if (decided !== 'confirmed') return undefined;
    return !booked && isForgotten(reservation, options) ? undefined : 'sold-without-order';
  }
  if (booked.order.status === 'pending') return booked.ageMs > options.graceMs ? 'unsettled' : undefined;
  if (decided === 'refused' || decided === 'released') return 'confirmed-without-stock';
  if (reservation?.status !== 'confirmed') return 'not-sold';
  return isSamePieces(booked.order.items, reservation.items) ? undefined : 'other-pieces';
}

// No hold lasts longer than this, and an order is settled about when it was held.
const longestHoldMs = 3_600_000;

function isForgotten(
  reservation: BookedReservation | undefined,
  { ordersKeptSince }: ReconcileOptions,
): boolean {
  if (!reservation || !ordersKeptSince) return false;
  return reservation.expiresAt.getTime() - longestHoldMs < ordersKeptSince.getTime();
}

// The order first: it is stored before inventory is asked, and settled after inventory has decided. So what inventory
// says later can only be further on than the order, and never behind it.
async function entriesOf(orderId: string, { orders, reservations }: Books): Promise<BothEntries> {
  const booked = await orders.find(orderId);
  return { booked, reservation: await reservations.find(orderId) };
}

async function* sideBySide(
  { orders, reservations }: Books,
  pageSize: number,
): AsyncGenerator<BothEntries & { readonly orderId: string }> {
  const booked = entriesIn(orders, pageSize, ({ order }) => order.id);
  const decided = entriesIn(reservations, pageSize, ({ orderId }) => orderId);
  let [left, right] = [await booked.next(), await decided.next()];
  while (!left.done || !right.done) {
    const leftId = left.done ? undefined : left.value.order.id;
    const rightId = right.done ? undefined : right.value.orderId;
    const orderId = earlierOf(leftId, rightId);
    yield {
      orderId,
      booked: leftId === orderId ? left.value || undefined : undefined,
      reservation: rightId === orderId ? right.value || undefined : undefined,
    };
    if (leftId === orderId) left = await booked.next();
    if (rightId === orderId) right = await decided.next();
  }
}

function earlierOf(some: string | undefined, other: string | undefined): string {
  if (some === undefined || other === undefined) return some ?? other ?? '';
  return some < other ? some : other;
}

async function* entriesIn<Entry>(
  book: Book<Entry>,
  limit: number,
  idOf: (entry: Entry) => string,
): AsyncGenerator<Entry, void> {
  let after: string | undefined;
  for (;;) {
    const page = await book.page({ after, limit });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = idOf(last);
  }
}
