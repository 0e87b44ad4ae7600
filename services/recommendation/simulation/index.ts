/** This service without its transport and database, for simulations. */

export { type WiringOptions, wireRecommendation } from '../src/app.ts';
export { type MemoryPurchases, memoryPurchases } from './memory-purchases.ts';
