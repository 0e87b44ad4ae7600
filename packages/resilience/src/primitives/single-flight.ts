import type { Clock } from './clock.ts';
import { settleWithin } from './settle-within.ts';

/** How long a flight may hold its key. */
export interface FlightLimit {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Runs at most one task per key at a time; callers that ask meanwhile share its result. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();
  /** How often a caller joined a flight instead of starting one. */
  joined = 0;

  get size(): number {
    return this.#flights.size;
  }

  /**
   * The result of the flight of this key, started with `task` unless one is under way. A task that never settles would
   * hold its key for ever: with a `limit` the key comes free when the time is over. Those who joined go on waiting.
   */
  run(key: string, task: () => Promise<T>, limit?: FlightLimit): Promise<T> {
    const current = this.#flights.get(key);
    if (current) {
      this.joined += 1;
      return current;
    }
    // Started in a later microtask, so that a task asking for its own key finds itself here, not an endless recursion.
    const flight = Promise.resolve()
      .then(task)
      .finally(() => this.#free(key, flight));
    this.#flights.set(key, flight);
    if (limit !== undefined) {
      settleWithin(flight, limit.timeoutMs, limit.clock, 'background').then(() => this.#free(key, flight));
    }
    return flight;
  }

  /** The key may belong to a newer flight by now. */
  #free(key: string, flight: Promise<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
