import type { Migrations } from '@ballast/service-kit';
import { orders } from './0001-orders.ts';
import { claimToken } from './0002-claim-token.ts';
import { owedKeys } from './0003-owed-keys.ts';

/** In order of their names; a released one is never edited. */
export const migrations: Migrations = {
  '0001-orders': orders,
  '0002-claim-token': claimToken,
  '0003-owed-keys': owedKeys,
};
