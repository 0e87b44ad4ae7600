import type { Clock, Timer } from '@ballast/resilience/primitives';
import type { SeededRandom } from '../seeded-random.ts';
import { MessageFaults } from './messages.ts';

type Event = { readonly at: number; readonly tieBreaker: number; act: (() => void) | undefined };

/**
 * Simulated time, which passes only in `runUntil`. Each event runs alone, with everything that follows from it, before
 * the next one is taken; events of the same moment run in random order.
 */
export class World implements Clock {
  readonly random: SeededRandom;
  readonly faults: MessageFaults;
  readonly #onTrace: ((line: string, at: number) => void) | undefined;
  readonly #events: Event[] = [];
  #now = 0;
  #happened = 0;
  #numbers = 0;

  constructor(
    random: SeededRandom,
    faults = new MessageFaults(random.fork('messages')),
    onTrace?: (line: string, at: number) => void,
  ) {
    this.random = random;
    this.faults = faults;
    this.#onTrace = onTrace;
  }

  /** For the trace of a run that somebody wants to understand. */
  trace(line: string): void {
    this.#onTrace?.(line, this.#now);
  }

  now(): number {
    return this.#now;
  }

  /** 1, 2, 3 and so on. */
  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** Events so far. */
  get happened(): number {
    return this.#happened;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const event: Event = {
      at: this.#now + Math.max(0, delayMs),
      tieBreaker: this.random.next(),
      act: callback,
    };
    push(this.#events, event);
    return {
      cancel: () => {
        event.act = undefined;
      },
    };
  }

  /** Lets time pass until that moment. */
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

/** Node runs the next tick when no microtask is left: whatever the event started waits for another event by then. */
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
