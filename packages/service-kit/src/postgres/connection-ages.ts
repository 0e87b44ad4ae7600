import type { Clock, Random } from '@ballast/resilience/primitives';
import type pg from 'pg';

export interface AgeLimit {
  readonly maxConnectionAgeMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

interface Life {
  readonly generation: number;
  readonly beganAtMs: number;
  readonly maxAgeMs: number;
}

/** Each connection lives up to this part less, so that a pool does not open all of its connections anew at once. */
const jitterRatio = 0.25;
/** A younger connection than this shows what the server is like now, so another one would be no better. */
const youngMs = 1000;

/** How old the connections of a pool are, and which of them must not be used again. */
export class ConnectionAges {
  readonly #limit: AgeLimit;
  readonly #lives = new WeakMap<pg.ClientBase, Life>();
  #generation = 0;
  #endedBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(limit: AgeLimit) {
    this.#limit = limit;
  }

  /** Must be told of every connection of the pool. */
  begin(client: pg.ClientBase): void {
    const { maxConnectionAgeMs, clock, random } = this.#limit;
    const maxAgeMs = maxConnectionAgeMs * (1 - jitterRatio * random());
    this.#lives.set(client, { generation: this.#generation, beganAtMs: clock.now(), maxAgeMs });
  }

  /** Ends every connection there is: what one of them has met, the others will meet. */
  endAll(): void {
    this.#generation += 1;
  }

  /** Ends every connection that may lead to a server which is not the one that new connections lead to. */
  endOld(): void {
    this.#endedBeforeMs = this.#limit.clock.now() - youngMs;
  }

  isOver(client: pg.ClientBase): boolean {
    const life = this.#lives.get(client);
    if (life === undefined) return false;
    if (life.generation < this.#generation || life.beganAtMs <= this.#endedBeforeMs) return true;
    return this.ageMs(client) > life.maxAgeMs;
  }

  ageMs(client: pg.ClientBase): number {
    const nowMs = this.#limit.clock.now();
    return nowMs - (this.#lives.get(client)?.beganAtMs ?? nowMs);
  }
}
