/// <reference path="./opossum.d.ts" />
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import Opossum, { type OpossumState } from 'opossum';
import { asNobody } from '../primitives/nobody.ts';
import { longestTimerMs } from '../primitives/options.ts';

export interface CircuitListener {
  opened(): void;
  halfOpened(): void;
  closed(): void;
}

/**
 * The circuit's state, held by opossum in permit mode: opossum never sees the work. Its action hands over the verdict
 * on a recovery; opossum lets one recovery begin at a time, and closes or opens on what becomes of it.
 */
export class OpossumCircuit {
  readonly #listener: CircuitListener;
  #opossum: Opossum;
  /** The context of the call that is opening the circuit. */
  #opener: AsyncResource | undefined;

  constructor(listener: CircuitListener) {
    this.#listener = listener;
    this.#opossum = this.#create();
  }

  get state(): 'closed' | 'half-open' | 'open' {
    if (this.#opossum.opened) return 'open';
    return this.#opossum.halfOpen ? 'half-open' : 'closed';
  }

  open(): void {
    this.#opener = new AsyncResource('ballast.open');
    // Opossum sets its reset timer here, which would keep the request alive that has opened it.
    asNobody(() => this.#opossum.open());
    this.#opener = undefined;
  }

  close(): void {
    this.#opossum.close();
  }

  halfOpen(): void {
    // A fresh one: the only way into half-open besides the reset timer, and the old window goes with the old one.
    this.#opossum.shutdown();
    this.#opossum = this.#create({ enabled: true, closed: false, halfOpen: true });
    // Opossum announces what its timer does, but not the state that it was made in.
    this.#opossum.emit('halfOpen', longestTimerMs);
  }

  /** While half-open: a verdict that resolves closes the circuit, one that rejects opens it again. */
  decide(verdict: Promise<void>): void {
    this.#opossum.fire(verdict).catch(() => {});
  }

  /** Lets go of what opossum holds outside of itself: its reset timer, and its listener on the shared emitter. */
  shutdown(): void {
    this.#opossum.shutdown();
  }

  #create(state?: OpossumState): Opossum {
    // A fresh options object too, since opossum writes into it.
    const opossum = new Opossum((verdict) => verdict, {
      timeout: false,
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      // Opossum's reset timer can't follow an injected clock, so it gets the longest time there is: ours comes first.
      resetTimeout: longestTimerMs,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      // Opossum keeps a window of its own that nothing here reads. Given an emitter to rotate it, it starts no
      // interval; one of its own, since a shared one would hold every dependency that was dropped while it was open.
      rotateBucketController: new EventEmitter(),
      state,
    });
    return opossum
      .on('open', () => this.#opened())
      .on('halfOpen', () => this.#listener.halfOpened())
      .on('close', () => this.#listener.closed());
  }
  #opened(): void {
    if (this.#opener === undefined) this.#listener.opened();
    else this.#opener.runInAsyncScope(() => this.#listener.opened());
  }
}
