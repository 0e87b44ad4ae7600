import type { LoadShedder } from '@ballast/resilience';

/** The part of a guarded dependency a store needs: it runs a query and decides whether it may. */
export interface QueryGuard {
  call(query: () => Promise<unknown>): Promise<{ value: unknown }>;
}

// biome-ignore lint/suspicious/noExplicitAny: methods of any store fit
type Store = { [method: string]: (...args: any[]) => Promise<any> };

/**
 * A store whose every method goes through a guard, e.g. a dependency with a breaker: a database that is away is then
 * refused in microseconds instead of being waited for. A shedder is told how long queries wait in front of it.
 *
 * The guard gets no deadline and no signal of the caller: what was decided must be written down although the caller has
 * left. A query ends by the guard's own time instead.
 */
export function guardedStore<S extends { [K in keyof S]: Store[string] }>(
  store: S,
  guard: QueryGuard,
  shedder?: Pick<LoadShedder, 'queueWaited'>,
): S {
  const guarded: Store = {};
  for (const [method, query] of Object.entries<Store[string]>(store)) {
    guarded[method] = (...args) => throughQueue(guard, () => query(...args), shedder);
  }
  return guarded as S;
}

/** Less is no line, only the way to the guard. */
const minWaitMs = 1;

// Measured here and not heard of as an event, which only those cause who get their permit in the end. Who need not wait is
// not told of: the shedder hears of other lines too, and a mean full of zeros would hide them.
async function throughQueue(
  guard: QueryGuard,
  query: () => Promise<unknown>,
  shedder: Pick<LoadShedder, 'queueWaited'> | undefined,
): Promise<unknown> {
  const joinedAtMs = performance.now();
  let isWaiting = true;
  const leave = () => {
    const waitMs = performance.now() - joinedAtMs;
    if (isWaiting && waitMs >= minWaitMs) shedder?.queueWaited(waitMs);
    isWaiting = false;
  };
  const answer = await guard
    .call(() => {
      leave();
      return query();
    })
    .finally(leave);
  return answer.value;
}
