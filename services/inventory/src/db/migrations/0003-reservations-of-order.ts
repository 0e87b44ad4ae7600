import { sql } from '@ballast/service-kit';

/**
 * Finds an order's reservations whatever became of them, and lists them by order. The index on the one decision leaves
 * out the expired ones, so a lookup by order alone read the whole table.
 */
export const reservationsOfOrder = sql`
  create index reservations_of_order on reservations (order_id, id desc)`;
