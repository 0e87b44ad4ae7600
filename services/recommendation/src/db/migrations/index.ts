import * as purchases from './0001-purchases.ts';
import * as purchaseHistory from './0002-purchase-history.ts';

/** In order of their names; a released one is never edited. */
export const migrations = {
  '0001-purchases': purchases,
  '0002-purchase-history': purchaseHistory,
};
