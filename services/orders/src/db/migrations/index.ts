import type { Migrations } from '@ballast/service-kit';
import { orders } from './0001-orders.ts';

/** In order of their names; a released one is never edited. */
export const migrations: Migrations = {
  '0001-orders': orders,
};
