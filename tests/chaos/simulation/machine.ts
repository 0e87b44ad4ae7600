import type { World } from './world.ts';

/** How messages travel between two machines. */
export type Link = {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Each way. */
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** Arrives when the sender has long given up. */
  readonly lateRatio: number;
  /** When the caller stops waiting. */
  readonly timeoutMs: number;
};

/** A call that did not come back; whether it happened is another question. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
}

/**
 * A process, or a database. What runs on it stops where it stands when it crashes: a promise that it waits for never
 * settles, so the code after the `await` never runs. What it had sent is on its way all the same.
 */
export class Machine {
  readonly name: string;
  readonly #world: World;
  readonly #onCrash = new Set<() => void>();
  #life = 1;
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

  /** This machine's own clock. It jumps. */
  get now(): number {
    return this.#world.now + this.#clockOffsetMs;
  }

  jumpClock(ms: number): void {
    this.#clockOffsetMs += ms;
    this.#world.remark(`clock of ${this.name} jumps ${Math.round(ms)} ms`);
  }

  crash(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#life += 1;
    this.#world.remark(`${this.name} crashes`);
    for (const notify of [...this.#onCrash]) notify();
    this.#onCrash.clear();
  }

  start(): void {
    if (this.#up) return;
    this.#up = true;
    this.#world.remark(`${this.name} starts`);
    this.#boot();
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.after(ms, this.#inThisLife(resolve)));
  }

  /** Asks `target` to do something. Rejects with CallFailedError when no answer comes. */
  call<T>(target: Machine, link: Link, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = this.#inThisLife((deliver: () => void) => {
        callOffTimeout();
        deliver();
      });
      const fail = (why: string) =>
        settle(() => {
          const error = new CallFailedError(`${this.name} -> ${target.name}: ${why}`);
          this.#world.remark(error.message);
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
      const callOffTimeout = this.#world.after(link.timeoutMs, () => fail('timeout'));
      this.#travel(link, arrive);
      if (this.#world.random.chance(link.duplicateRatio)) this.#travel(link, arrive);
    });
  }

  /** Runs `act` here; rejects at the moment of a crash, as a connection that is reset. */
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
    this.#world.after(minDelayMs + (maxDelayMs - minDelayMs) * random.next() + lateMs, arrive);
  }

  #inThisLife<A extends unknown[]>(continuation: (...args: A) => void): (...args: A) => void {
    const life = this.#life;
    return (...args) => {
      if (this.#life === life) continuation(...args);
    };
  }
}
