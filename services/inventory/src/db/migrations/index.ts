import type { Migrations } from '@ballast/service-kit';
import { stockLedger } from './0001-stock-ledger.ts';
import { openingStock } from './0002-opening-stock.ts';
import { reservationsOfOrder } from './0003-reservations-of-order.ts';
import { retention } from './0004-retention.ts';

/** In order of their names; a released one is never edited. */
export const migrations: Migrations = {
  '0001-stock-ledger': stockLedger,
  '0002-opening-stock': openingStock,
  '0003-reservations-of-order': reservationsOfOrder,
  '0004-retention': retention,
};
