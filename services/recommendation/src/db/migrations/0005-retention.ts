import { sql } from '@ballast/service-kit';

/** Finds the purchases that were counted long ago. */
export const retention = sql`
  create index purchases_counted on purchases (purchased_at) where is_counted`;
