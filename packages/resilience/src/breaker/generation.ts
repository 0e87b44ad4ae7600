import type { Call } from '../pipeline/call.ts';

/**
 * The calls that were let through in one state of the circuit and have not ended, the oldest first. They are linked to
 * each other: a Set would cost a call as much as all the policies together, since V8 has to give each object a hash.
 */
export class Generation {
  #oldest: Call | undefined;
  #newest: Call | undefined;

  add(call: Call): void {
    call.olderInFlight = this.#newest;
    if (this.#newest === undefined) this.#oldest = call;
    else this.#newest.newerInFlight = call;
    this.#newest = call;
  }

  delete(call: Call): void {
    const { olderInFlight, newerInFlight } = call;
    if (olderInFlight === undefined) this.#oldest = newerInFlight;
    else olderInFlight.newerInFlight = newerInFlight;
    if (newerInFlight === undefined) this.#newest = olderInFlight;
    else newerInFlight.olderInFlight = olderInFlight;
    call.olderInFlight = undefined;
    call.newerInFlight = undefined;
  }

  /** Calls whose attempts take `slowCallMs` or longer already. */
  slow(slowCallMs: number, nowMs: number): number {
    let count = 0;
    for (let call = this.#oldest; call !== undefined; call = call.newerInFlight) {
      if (call.attemptMsAt(nowMs) < slowCallMs) break;
      count++;
    }
    return count;
  }
}
