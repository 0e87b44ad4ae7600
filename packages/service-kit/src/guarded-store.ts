/** The part of a guarded dependency a store needs: it runs a query and decides whether it may. */
export interface QueryGuard {
  call(query: () => Promise<unknown>): Promise<{ value: unknown }>;
}

// biome-ignore lint/suspicious/noExplicitAny: methods of any store fit
type Store = { [method: string]: (...args: any[]) => Promise<any> };

/**
 * A store whose every method goes through a guard, e.g. a dependency with a breaker: a database that is away is then
 * refused in microseconds instead of being waited for.
 */
export function guardedStore<S extends { [K in keyof S]: Store[string] }>(store: S, guard: QueryGuard): S {
  const guarded: Store = {};
  for (const [method, query] of Object.entries<Store[string]>(store)) {
    guarded[method] = async (...args) => (await guard.call(() => query(...args))).value;
  }
  return guarded as S;
}
