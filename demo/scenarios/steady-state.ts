import { confirmedShare, offeredShare, readsShare, share, stateBefore } from './measures.ts';
import type { Sample } from './recording.ts';
import type { Expectation } from './scenario.ts';

/** The services whose guards have to report that nothing is wrong; Redis may be absent. */
const guardedEdges: readonly string[] = [
  'orders->inventory',
  'orders->recommendation',
  'orders->postgres',
  'inventory->postgres',
  'recommendation->postgres',
];
const isAtRest = (breaker: string | null | undefined): boolean => breaker === 'closed' || breaker === 'off';

function breakersAtWork({ edges }: Sample): number {
  const others = edges.filter(({ id, breaker }) => breaker !== null && !guardedEdges.includes(id));
  const guarded = guardedEdges.map((wanted) => edges.find(({ id }) => id === wanted));
  return [...others, ...guarded].filter((edge) => !isAtRest(edge?.breaker)).length;
}

/** What is so in a system that is well; every scenario demands it before it breaks something. */
export const healthy: readonly Expectation[] = [
  { says: 'orders placed, of those declared', unit: 'share', measure: offeredShare('orders'), atLeast: 0.5 },
  { says: 'orders confirmed at once', unit: 'share', measure: confirmedShare('just-before'), atLeast: 0.95 },
  {
    says: 'orders with live recommendations',
    unit: 'share',
    measure: share(['live'], 'just-before'),
    atLeast: 0.9,
  },
  {
    says: 'breakers that are not closed, or not reported',
    unit: 'count',
    measure: stateBefore(breakersAtWork),
    atMost: 0,
  },
  {
    says: 'accepted orders that are not settled',
    unit: 'count',
    measure: stateBefore(({ stats }) => stats.pending.open),
    atMost: 0,
  },
  {
    says: 'accepted orders that are lost',
    unit: 'count',
    measure: stateBefore(({ stats }) => stats.pending.missing),
    atMost: 0,
  },
];

/** Where Redis is killed it must have been there, and in use. */
export const redisIsUsed: Expectation = {
  says: 'Redis that is not reported',
  unit: 'count',
  measure: stateBefore(({ edges }) =>
    edges.some(({ id, breaker }) => id === 'orders->redis' && breaker !== null) ? 0 : 1,
  ),
  atMost: 0,
};

/** The same where reads of recommendations come on top of the orders. */
export const healthyWithReads: readonly Expectation[] = [
  ...healthy,
  { says: 'reads made, of those declared', unit: 'share', measure: offeredShare('reads'), atLeast: 0.5 },
  { says: 'reads answered live', unit: 'share', measure: readsShare(['live'], 'just-before'), atLeast: 0.9 },
];
