/** The decisions of this service without its transport and database, for simulations. */
export { type MemoryKey, type MemoryOrders, type MemoryOutboxRow, memoryOrders } from './db/memory-orders.ts';
export type { OrderStoreOptions } from './db/orders.ts';
export type { AskInventory, ReservationDecision, ReservationRequest } from './use-cases/ask-inventory.ts';
export {
  type Catalogue,
  CatalogueEmptyError,
  type CatalogueEntry,
  UnknownSkuError,
} from './use-cases/catalogue.ts';
export { IdempotencyKeyReusedError, RequestInFlightError } from './use-cases/idempotency.ts';
export type { Order, OrderDraft, OrderState, OrderStore, Recommendations } from './use-cases/order.ts';
export type { ClaimedRow, Outbox, OutboxKind } from './use-cases/outbox.ts';
export { type OrderWish, type PlacedOrder, placeOrder, type Shop } from './use-cases/place-order.ts';
export { createRelay, type Relay, type RelaySettings, relayDefaults } from './use-cases/relay.ts';
export { settleOrder } from './use-cases/settle-order.ts';
