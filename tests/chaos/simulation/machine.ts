import type { Clock, Timer } from '@ballast/resilience/primitives';
import type { Link } from './link.ts';
import type { Fate, SentMessage } from './messages.ts';
import type { World } from './world.ts';

/** A call without an answer; the call itself may have happened all the same. */
export class CallFailedError extends Error {
  override readonly name = 'CallFailedError';
  /** As the operating system would call it. */
  readonly code: 'ECONNREFUSED' | 'ECONNRESET' | 'ETIMEDOUT';

  constructor(message: string, code: CallFailedError['code']) {
    super(message);
    this.code = code;
  }
}

/** How a call is made. */
export type CallDetails = {
  /** What is asked, for the name of the message. */
  readonly what: string;
  /** The name of the receiver as the caller knows it, when that is not the machine itself. */
  readonly to?: string;
  /** Ends the call for the caller; the receiver learns of it later. */
  readonly signal?: AbortSignal | undefined;
  /** Whether an answer says that there was nothing to do. */
  readonly isIdle?: (answer: unknown) => boolean;
};

/** How long a machine is away when a message kills it. */
const restartAfterMs = 300;

/** A host with a clock of its own. One process at a time runs on it; each start begins a new one. */
export class Machine {
  readonly name: string;
  readonly world: World;
  /** The process that runs now, or ran last. */
  process: Process;
  /** What a message finds when it arrives here, when a process listens. */
  #up = true;
  #clockOffsetMs = 0;
  #stalledUntil = 0;
  readonly #boot: (process: Process) => void;

  constructor(world: World, name: string, boot: (process: Process) => void = () => {}) {
    this.world = world;
    this.name = name;
    this.#boot = boot;
    this.process = new Process(this);
  }

  get up(): boolean {
    return this.#up;
  }

  /** What this machine's own clock shows. It may jump. */
  now(): number {
    return this.world.now() + this.#clockOffsetMs;
  }

  get stalledMs(): number {
    return Math.max(0, this.#stalledUntil - this.world.now());
  }

  jumpClock(ms: number): void {
    this.#clockOffsetMs += ms;
    this.world.trace(`clock of ${this.name} jumps ${Math.round(ms)} ms`);
  }

  /** Nothing happens on this machine for a while; then everything that was due happens late. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.world.now() + ms);
    this.world.trace(`${this.name} stalls for ${Math.round(ms)} ms`);
  }

  resume(): void {
    this.#stalledUntil = 0;
  }

  crash(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#stalledUntil = 0;
    this.world.trace(`${this.name} crashes`);
    this.process.end();
  }

  /** Starts the first process too. */
  boot(): void {
    this.#boot(this.process);
  }

  start(): void {
    if (this.#up) return;
    this.#up = true;
    this.process = new Process(this);
    this.world.trace(`${this.name} starts`);
    this.#boot(this.process);
  }

  crashFor(ms: number): void {
    this.crash();
    this.world.setTimer(() => this.start(), ms);
  }
}

/**
 * One life of a machine. Code that runs in it stops in the middle when it ends: a promise that it waits for never
 * settles, so the code after the `await` never runs. Messages that it had sent still arrive. Its time is monotonic.
 */
export class Process implements Clock {
  readonly machine: Machine;
  readonly #world: World;
  readonly #onEnd = new Set<() => void>();
  #alive = true;

  constructor(machine: Machine) {
    this.machine = machine;
    this.#world = machine.world;
  }

  get alive(): boolean {
    return this.#alive;
  }

  now(): number {
    return this.#world.now();
  }

  /** The end of the process takes its timers with it. */
  setTimer(callback: () => void, delayMs: number): Timer {
    let timer = this.#world.setTimer(run, delayMs);
    const process = this;
    function run() {
      const { stalledMs } = process.machine;
      if (process.alive && stalledMs > 0) timer = process.#world.setTimer(run, stalledMs);
      else if (process.alive) callback();
    }
    return { cancel: () => timer.cancel() };
  }

  /** The clock that shows what the machine's clock shows. */
  get wallClock(): Clock {
    return {
      now: () => this.machine.now(),
      setTimer: (callback, delayMs) => this.setTimer(callback, delayMs),
    };
  }

  end(): void {
    this.#alive = false;
    for (const notify of [...this.#onEnd]) notify();
    this.#onEnd.clear();
  }

  /**
   * Runs `act` in the process of `target`, which is told when the caller hangs up.
   * @throws {CallFailedError} when no answer comes
   */
  call<T>(
    target: Machine,
    link: Link,
    act: (hungUp: AbortSignal) => Promise<T>,
    details: CallDetails,
  ): Promise<T> {
    // A process that has ended sends nothing, whatever is left of its code.
    if (!this.#alive) return new Promise(() => {});
    const { faults } = this.#world;
    const name = faults.nameOf(this.machine.name, details.to ?? target.name, details.what);
    const fate = faults.fateOf(name, link);
    const sent: SentMessage = { message: name, at: this.#world.now(), isIdle: false };
    faults.sent?.push(sent);
    for (const kind of fate.kinds) this.#world.trace(`${name}: ${kind}`);
    const call = new Promise<T>((resolve, reject) => {
      const hangUp = new AbortController();
      let isOver = false;
      const end = (settle: () => void) => {
        if (isOver) return;
        isOver = true;
        timeout.cancel();
        details.signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const fail = (why: string, code: CallFailedError['code']) => {
        const error = new CallFailedError(`${this.machine.name} -> ${target.name}: ${why}`, code);
        end(() => reject(error));
      };
      const onAbort = () => {
        end(() => reject(details.signal?.reason));
        this.#world.setTimer(() => hangUp.abort(new Error('the caller hung up')), fate.delaysMs[0]);
      };
      const deliver = (settle: () => void) => this.setTimer(() => end(settle), this.#answerDelayMs(fate));
      const answer = (result: Promise<T>) =>
        result.then(
          (value) => {
            sent.isIdle = details.isIdle?.(value) ?? false;
            if (fate.kinds.includes('receiver dies')) {
              target.crashFor(restartAfterMs);
              return deliver(() => reject(new CallFailedError(`${target.name} died`, 'ECONNRESET')));
            }
            if (!fate.kinds.includes('answer lost')) deliver(() => resolve(value));
          },
          (error: unknown) => {
            if (!fate.kinds.includes('answer lost')) deliver(() => reject(error));
          },
        );
      const arrive = () => {
        if (target.stalledMs > 0) this.#world.setTimer(arrive, target.stalledMs);
        else if (target.up) answer(target.process.#serve(() => act(hangUp.signal)));
        else if (!fate.kinds.includes('answer lost'))
          this.setTimer(() => fail('refused', 'ECONNREFUSED'), 0.2);
      };
      const timeout = this.setTimer(() => fail('timeout', 'ETIMEDOUT'), link.timeoutMs);
      details.signal?.addEventListener('abort', onAbort);
      if (!fate.kinds.includes('request lost')) this.#world.setTimer(arrive, requestDelayMs(fate));
      if (fate.kinds.includes('duplicated')) this.#world.setTimer(arrive, fate.delaysMs[1]);
    });
    if (fate.kinds.includes('caller dies')) this.machine.crashFor(restartAfterMs);
    return call;
  }

  /** Runs `act` here; rejects at the end of the process, as a reset connection does. */
  #serve<T>(act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const reset = () => reject(new CallFailedError(`${this.machine.name} died`, 'ECONNRESET'));
      this.#onEnd.add(reset);
      act()
        .finally(() => this.#onEnd.delete(reset))
        .then(resolve, reject);
    });
  }

  #answerDelayMs({ kinds, delaysMs, lateMs }: Fate): number {
    return delaysMs[2] + (kinds.includes('answer late') ? lateMs : 0);
  }
}

function requestDelayMs({ kinds, delaysMs, lateMs }: Fate): number {
  return delaysMs[0] + (kinds.includes('request late') ? lateMs : 0);
}
