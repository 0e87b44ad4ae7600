import type { Clock, Timer } from '@ballast/resilience/primitives';
import type { World } from './world.ts';

/** How messages travel between two machines. */
export type Link = {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Each way. */
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** Share of the messages that arrive after the sender has given up. */
  readonly lateRatio: number;
  /** How long the caller waits for an answer. */
  readonly timeoutMs: number;
};

/** A call without an answer; the call itself may have happened all the same. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
}

/**
 * A process, or a database. Code that runs on it stops in the middle when it crashes: a promise that it waits for never
 * settles, so the code after the `await` never runs. Messages that it had sent still arrive.
 */
export class Machine implements Clock {
  readonly name: string;
  readonly #world: World;
  readonly #onCrash = new Set<() => void>();
  #starts = 1;
  #up = true;
  #clockOffsetMs = 0;
  readonly #boot: () => void;

  constructor(world: World, name: string, boot: () => void = () => {}) {
    this.#world = world;
    this.name = name;
    this.#boot = boot;
  }

  get up(): boolean {
    return this.#up;
  }

  /** What this machine's own clock shows. It may jump. */
  now(): number {
    return this.#world.now() + this.#clockOffsetMs;
  }

  /** A crash takes the machine's timers with it. */
  setTimer(callback: () => void, delayMs: number): Timer {
    return this.#world.setTimer(this.#untilCrash(callback), delayMs);
  }

  jumpClock(ms: number): void {
    this.#clockOffsetMs += ms;
    this.#world.trace(`clock of ${this.name} jumps ${Math.round(ms)} ms`);
  }

  crash(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#starts += 1;
    this.#world.trace(`${this.name} crashes`);
    for (const notify of [...this.#onCrash]) notify();
    this.#onCrash.clear();
  }

  start(): void {
    if (this.#up) return;
    this.#up = true;
    this.#world.trace(`${this.name} starts`);
    this.#boot();
  }

  /** Runs `act` on `target`. Rejects with CallFailedError when no answer comes. */
  call<T>(target: Machine, link: Link, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = this.#untilCrash((deliver: () => void) => {
        timeout.cancel();
        deliver();
      });
      const fail = (why: string) =>
        settle(() => {
          const error = new CallFailedError(`${this.name} -> ${target.name}: ${why}`);
          this.#world.trace(error.message);
          reject(error);
        });
      const answer = (result: Promise<T>) =>
        result.then(
          (value) => this.#travel(link, () => settle(() => resolve(value))),
          (error: unknown) => this.#travel(link, () => settle(() => reject(error))),
        );
      const arrive = () => {
        if (target.up) answer(target.#serve(act));
        else this.#travel(link, () => fail('refused'));
      };
      const timeout = this.#world.setTimer(() => fail('timeout'), link.timeoutMs);
      this.#travel(link, arrive);
      if (this.#world.random.chance(link.duplicateRatio)) this.#travel(link, arrive);
    });
  }

  /** Runs `act` here; rejects at the moment of a crash, as a reset connection does. */
  #serve<T>(act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const reset = () => reject(new CallFailedError(`${this.name} died`));
      this.#onCrash.add(reset);
      act()
        .finally(() => this.#onCrash.delete(reset))
        .then(resolve, reject);
    });
  }

  #travel({ minDelayMs, maxDelayMs, lossRatio, lateRatio, timeoutMs }: Link, arrive: () => void): void {
    const { random } = this.#world;
    if (random.chance(lossRatio)) return;
    const lateMs = random.chance(lateRatio) ? timeoutMs * (0.5 + 2 * random.next()) : 0;
    this.#world.setTimer(arrive, minDelayMs + (maxDelayMs - minDelayMs) * random.next() + lateMs);
  }

  /** The continuation does nothing once the machine has crashed. */
  #untilCrash<A extends unknown[]>(continuation: (...args: A) => void): (...args: A) => void {
    const start = this.#starts;
    return (...args) => {
      if (this.#starts === start) continuation(...args);
    };
  }
}
