/** This service without its transport and database, for simulations. */

export { longestRowDelayOf, type WiringOptions, wireOrders } from '../src/app.ts';
export { type Config, configSchema } from '../src/config.ts';
export type { Environment } from '../src/environment.ts';
export type { Order, OrderStore } from '../src/use-cases/order.ts';
export type { Outbox } from '../src/use-cases/outbox.ts';
export { memoryCatalogue } from './memory-catalogue.ts';
export { type MemoryKey, type MemoryOrders, type MemoryOutboxRow, memoryOrders } from './memory-orders.ts';
