import type { Migrations } from '@ballast/service-kit';
import { purchases } from './0001-purchases.ts';
import { purchaseHistory } from './0002-purchase-history.ts';
import { bestFirst } from './0003-best-first.ts';
import { purchasesDue } from './0004-purchases-due.ts';
import { retention } from './0005-retention.ts';

/** In order of their names; a released one is never edited. */
export const migrations: Migrations = {
  '0001-purchases': purchases,
  '0002-purchase-history': purchaseHistory,
  '0003-best-first': bestFirst,
  '0004-purchases-due': purchasesDue,
  '0005-retention': retention,
};
