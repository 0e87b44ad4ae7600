import * as orders from './0001-orders.ts';

/** In order of their names; a released one is never edited. */
export const migrations = {
  '0001-orders': orders,
};
