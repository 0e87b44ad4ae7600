/** Runs at most one task per key at a time; whoever asks meanwhile shares its result. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Promise<T>>();
  /** How often somebody joined a flight instead of starting one. */
  joined = 0;

  get size(): number {
    return this.#flights.size;
  }

  run(key: string, task: () => Promise<T>): Promise<T> {
    const current = this.#flights.get(key);
    if (current) {
      this.joined += 1;
      return current;
    }
    // Started in a later microtask, so that a task asking for its own key finds itself here, not an endless recursion.
    const flight = Promise.resolve()
      .then(task)
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }
}
