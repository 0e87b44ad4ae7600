import type { Mutant } from '../mutant.ts';
import { inventory } from './inventory.ts';
import { ordersDecisions } from './orders-decisions.ts';
import { ordersReconciler } from './orders-reconciler.ts';
import { ordersRelay } from './orders-relay.ts';
import { ordersTables } from './orders-tables.ts';
import { recommendation } from './recommendation.ts';

/** Every bug that has to be noticed. */
export const mutants: readonly Mutant[] = [
  ...ordersDecisions,
  ...ordersTables,
  ...ordersRelay,
  ...ordersReconciler,
  ...inventory,
  ...recommendation,
];
