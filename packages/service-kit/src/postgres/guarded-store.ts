import { type LoadShedder, systemClock } from '@ballast/resilience';
import {
  aClock,
  type Clock,
  checkArgument,
  optional,
  recordOf,
  withMethods,
} from '@ballast/resilience/primitives';

/** The part of a guarded dependency a store needs: it runs a query and decides whether it may. */
export interface QueryGuard {
  call(query: () => Promise<unknown>): Promise<{ value: unknown }>;
}

// biome-ignore lint/suspicious/noExplicitAny: methods of any store fit
type Store = { [method: string]: (...args: any[]) => Promise<any> };

type QueueWatch = Pick<LoadShedder, 'queueWaited'>;

const aStore = recordOf('an object of methods', (value) => typeof value === 'function');
const aGuard = withMethods('a guard, e.g. a dependency', 'call');
const aShedder = optional(withMethods('a load shedder', 'queueWaited'));

/**
 * A store whose every method goes through a guard, e.g. a dependency with a breaker: a call to a database that is away
 * is then rejected in microseconds instead of waiting for it. A shedder is told how long queries wait in front of it.
 *
 * The guard gets no deadline and no signal of the caller: what was decided must be written down although the caller has
 * left. A query ends by the guard's own time instead.
 *
 * @throws {InvalidOptionError} when the store is not made of methods, or the guard, shedder or clock is none
 */
export function guardedStore<S extends { [K in keyof S]: Store[string] }>(
  store: S,
  guard: QueryGuard,
  shedder?: QueueWatch,
  clock: Clock = systemClock,
): S {
  checkArgument('guardedStore', 'store', store, aStore);
  checkArgument('guardedStore', 'guard', guard, aGuard);
  checkArgument('guardedStore', 'shedder', shedder, aShedder);
  checkArgument('guardedStore', 'clock', clock, aClock);
  const guarded: Store = {};
  for (const [method, query] of Object.entries<Store[string]>(store)) {
    guarded[method] = (...args) => throughQueue(() => query(...args), { guard, shedder, clock });
  }
  return guarded as S;
}

/** A shorter wait is no queue, only the time the guard itself takes. */
const minWaitMs = 1;

// Measured here, because the event of a permit tells only of calls that got one. Calls that did not wait are left out:
// the shedder watches other queues too, and a mean full of zeros would hide their waits.
async function throughQueue(
  query: () => Promise<unknown>,
  { guard, shedder, clock }: { guard: QueryGuard; shedder: QueueWatch | undefined; clock: Clock },
): Promise<unknown> {
  const joinedAtMs = clock.now();
  let isWaiting = true;
  const leaveQueue = () => {
    const waitMs = clock.now() - joinedAtMs;
    if (isWaiting && waitMs >= minWaitMs) shedder?.queueWaited(waitMs);
    isWaiting = false;
  };
  const answer = await guard
    .call(() => {
      leaveQueue();
      return query();
    })
    .finally(leaveQueue);
  return answer.value;
}
