/// <reference path="./opossum.d.ts" />
import { EventEmitter } from 'node:events';
import Opossum, { type OpossumState } from 'opossum';

export interface CircuitListener {
  opened(): void;
  closed(): void;
}

// Opossum keeps a window of its own that nothing here reads. Given an emitter to rotate it, it starts no interval.
const neverRotates = new EventEmitter().setMaxListeners(0);

// Opossum's reset timer can't follow an injected clock, so it is set to the longest time there is: ours comes first.
const longestMs = 2 ** 31 - 1;

/**
 * The state machine: opossum in permit mode. Its action does no work but hands over the verdict on a recovery;
 * opossum lets one recovery begin at a time, and closes or opens on what becomes of it.
 */
export class OpossumCircuit {
  readonly #listener: CircuitListener;
  #opossum: Opossum;

  constructor(listener: CircuitListener) {
    this.#listener = listener;
    this.#opossum = this.#create();
  }

  open(): void {
    this.#opossum.open();
  }

  close(): void {
    this.#opossum.close();
  }

  /** Goes half-open; a verdict that resolves closes the circuit, one that rejects opens it again. */
  recover(verdict: Promise<void>): void {
    // A fresh one: the only way into half-open besides the reset timer, and the old window goes with the old one.
    this.#opossum.shutdown();
    this.#opossum = this.#create({ enabled: true, closed: false, halfOpen: true });
    this.#opossum.fire(verdict).catch(() => {});
  }

  #create(state?: OpossumState): Opossum {
    // A fresh object too, since opossum writes into it.
    const opossum = new Opossum((verdict) => verdict, {
      timeout: false,
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      resetTimeout: longestMs,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: neverRotates,
      state,
    });
    return opossum.on('open', () => this.#listener.opened()).on('close', () => this.#listener.closed());
  }
}
