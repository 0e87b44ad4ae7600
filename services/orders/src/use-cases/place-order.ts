import type { CallOptions } from '@ballast/resilience';
import type { Clock } from '@ballast/resilience/primitives';
import { type AskInventory, askInventory } from './ask-inventory.ts';
import { type Catalogue, CatalogueEmptyError, UnknownSkuError } from './catalogue.ts';
import { answerAgain } from './idempotency.ts';
import {
  type IdempotencyKey,
  type KnownKey,
  type Order,
  type OrderDraft,
  type OrderRequest,
  type OrderState,
  type OrderStore,
  type PlacedOrder,
  pendingState,
  type Recommendations,
  type StoredAnswer,
} from './order.ts';
import { piecesOf } from './pieces.ts';

/** Everything placing an order needs from outside, so that a simulation can stand in for all of it. */
export interface Shop {
  orders: OrderStore;
  catalogue: Pick<Catalogue, 'lookUp'>;
  inventory: AskInventory;
  /** Never fails: it degrades. */
  recommend: (draft: OrderDraft, options: CallOptions) => Promise<Recommendations>;
  newOrderId: () => string;
  clock: Pick<Clock, 'now'>;
}

/**
 * Places an order: it is stored before anybody is asked, so what was answered is never lost, and what could not be
 * settled now is settled later by the relay.
 *
 * @throws {UnknownSkuError | CatalogueEmptyError} before anything is stored.
 * @throws {IdempotencyKeyReusedError | RequestInFlightError} when the key is taken.
 */
export async function placeOrder(
  shop: Shop,
  { request, key }: { request: OrderRequest; key: IdempotencyKey },
  options: CallOptions,
): Promise<PlacedOrder> {
  const placement = await storeOrder(shop, { request, key }, options);
  if (placement.kind === 'known') return answerAgain(placement, request);

  const { draft } = placement;
  const [decided, recommendations] = await Promise.all([
    askInventory(shop.inventory, draft, options).catch(() => pendingState),
    shop.recommend(draft, options),
  ]);
  const state = await record(shop.orders, draft, {
    key: key.key,
    answer: { state: decided, recommendations },
  });
  return { order: { ...draft, ...state }, recommendations, isReplay: false };
}

// A known key needs no prices: its product may have left the catalogue, but its order is still the client's.
async function storeOrder(
  shop: Shop,
  { request, key }: { request: OrderRequest; key: IdempotencyKey },
  options: CallOptions,
): Promise<KnownKey | { kind: 'placed'; draft: OrderDraft }> {
  try {
    const draft = await draftOrder(shop, request, options);
    const placement = await shop.orders.place(draft, key);
    return placement.kind === 'known' ? placement : { ...placement, draft };
  } catch (cause) {
    if (!(cause instanceof UnknownSkuError || cause instanceof CatalogueEmptyError)) throw cause;
    const known = await shop.orders.findKey(key.key);
    if (known) return known;
    throw cause;
  }
}

async function draftOrder(
  shop: Shop,
  { customerId, items }: OrderRequest,
  options: CallOptions,
): Promise<OrderDraft> {
  const quantities = piecesOf(items);
  const products = await shop.catalogue.lookUp([...quantities.keys()], options);
  const lines = [...products.values()].map(({ sku, priceCents }) => {
    return { sku, quantity: quantities.get(sku) ?? 0, unitPriceCents: priceCents };
  });
  const totalCents = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
  return {
    id: shop.newOrderId(),
    customerId,
    items: lines,
    totalCents,
    createdAt: new Date(shop.clock.now()),
  };
}

/**
 * The state as it is stored afterwards: relay or operator may have settled the order meanwhile. The answer never claims
 * more than that: a decision that could not be written down stays pending.
 */
async function record(
  orders: OrderStore,
  { id }: OrderDraft,
  answered: { key: string; answer: StoredAnswer },
): Promise<OrderState> {
  const { state } = answered.answer;
  try {
    if (state.status === 'pending') return await orders.postpone(id, answered);
    const isFirst = await orders.settle(id, state, answered);
    return isFirst ? state : stateOf(await orders.find(id));
  } catch {
    return pendingState;
  }
}

function stateOf(order: Order | undefined): OrderState {
  return order === undefined ? pendingState : ({ status: order.status, reason: order.reason } as OrderState);
}
