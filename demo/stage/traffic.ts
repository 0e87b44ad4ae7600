import type { LoadStats, RecentOrder } from '../load-generator/stats.ts';
import type { OrderSeen, Traffic } from './picture.ts';

/** One second of the load generator as the page shows it. */
export function trafficOf({ at, orders }: LoadStats): Traffic {
  const { live, cached, default: fallback, disabled, pending } = orders.outcomes;
  return {
    at,
    offered: orders.offered,
    good: live + cached + fallback + disabled + pending,
    p50Ms: orders.latencyMs?.p50 ?? null,
    p99Ms: orders.latencyMs?.p99 ?? null,
    counts: orders.outcomes,
  };
}

/** A second without a report. */
export const unknownTraffic = (at: number): Traffic => ({
  at,
  offered: null,
  good: null,
  p50Ms: null,
  p99Ms: null,
  counts: null,
});

export const orderSeen = ({ outcome, ...order }: RecentOrder): OrderSeen => ({ ...order, quality: outcome });
