import type { SeededRandom } from '../seeded-random.ts';

type Event = { readonly at: number; readonly tieBreaker: number; act: (() => void) | undefined };

/**
 * Time in a box: nothing happens by itself. Each event runs alone, with everything that follows from it, before the
 * next one is taken; what happens at one moment happens in random order.
 */
export class World {
  readonly random: SeededRandom;
  readonly #onRemark: ((remark: string, at: number) => void) | undefined;
  readonly #events: Event[] = [];
  #now = 0;
  #happened = 0;

  constructor(random: SeededRandom, onRemark?: (remark: string, at: number) => void) {
    this.random = random;
    this.#onRemark = onRemark;
  }

  /** For the trace of a run that somebody wants to understand. */
  remark(remark: string): void {
    this.#onRemark?.(remark, this.#now);
  }

  get now(): number {
    return this.#now;
  }

  /** Events so far. */
  get happened(): number {
    return this.#happened;
  }

  /** Returns how to call it off. */
  after(delayMs: number, act: () => void): () => void {
    const event: Event = { at: this.#now + Math.max(0, delayMs), tieBreaker: this.random.next(), act };
    push(this.#events, event);
    return () => {
      event.act = undefined;
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until then. */
  async runUntil(at: number): Promise<void> {
    for (let next = this.#events[0]; next !== undefined && next.at <= at; next = this.#events[0]) {
      pop(this.#events);
      this.#now = next.at;
      if (!next.act) continue;
      this.#happened += 1;
      next.act();
      await everythingWaits();
    }
    this.#now = at;
  }
}

/** Node takes the next tick once no microtask is left: all that an event set going has come to wait for another. */
const everythingWaits = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const isBefore = (a: Event, b: Event): boolean =>
  a.at < b.at || (a.at === b.at && a.tieBreaker < b.tieBreaker);

/** A binary heap: the earliest event first. */
function push(heap: Event[], event: Event): void {
  let hole = heap.length;
  heap.push(event);
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    if (!isBefore(event, heap[parent] as Event)) break;
    heap[hole] = heap[parent] as Event;
    hole = parent;
  }
  heap[hole] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop() as Event;
  if (heap.length === 0) return;
  let hole = 0;
  for (let child = 1; child < heap.length; child = 2 * hole + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1;
    if (!isBefore(heap[child] as Event, last)) break;
    heap[hole] = heap[child] as Event;
    hole = child;
  }
  heap[hole] = last;
}
