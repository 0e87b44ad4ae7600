/** The decisions of this service without its transport and database, for simulations. */

export type { OrderStoreOptions } from '../src/db/orders.ts';
export type {
  AskInventory,
  ReservationDecision,
  ReservationRequest,
} from '../src/use-cases/ask-inventory.ts';
export {
  type Catalogue,
  CatalogueEmptyError,
  type CatalogueEntry,
  UnknownSkuError,
} from '../src/use-cases/catalogue.ts';
export { IdempotencyKeyReusedError, RequestInFlightError } from '../src/use-cases/idempotency.ts';
export type {
  Order,
  OrderDraft,
  OrderRequest,
  OrderState,
  OrderStore,
  PlacedOrder,
  Recommendations,
} from '../src/use-cases/order.ts';
export type { ClaimedRow, Outbox, OutboxKind } from '../src/use-cases/outbox.ts';
export { placeOrder, type Shop } from '../src/use-cases/place-order.ts';
export { createRelay, type Relay, type RelaySettings, relayDefaults } from '../src/use-cases/relay.ts';
export { settleOrder } from '../src/use-cases/settle-order.ts';
export { type MemoryKey, type MemoryOrders, type MemoryOutboxRow, memoryOrders } from './memory-orders.ts';
