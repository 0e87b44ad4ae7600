import type { Socket } from 'node:net';
import type { Affliction, Bytes, Toxic, ToxicStream } from './toxic.ts';

export type Time = { now(): number; wait(ms: number, signal: AbortSignal): Promise<void>; random(): number };
export type Connection = { close(): void; reset(): void; readonly ended: AbortSignal };

const maxHeldBytes = 1024 * 1024;

/** Carries one direction of a connection through its toxics, in order, without letting the sender run far ahead. */
export class Stream {
  readonly #sink: Socket;
  readonly #connection: Connection;
  readonly #time: Time;
  readonly #afflictions = new Map<Toxic, { affliction: Affliction; removed: AbortController }>();
  #heldBytes = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(source: Socket, sink: Socket, connection: Connection, time: Time) {
    this.#sink = sink;
    this.#connection = connection;
    this.#time = time;
    source.on('data', (data: Buffer) => {
      this.#heldBytes += data.length;
      if (this.#heldBytes > maxHeldBytes) source.pause();
      const arrivedAt = time.now();
      this.#enqueue(async () => {
        for await (const bytes of this.#through({ data, arrivedAt })) await this.#write(bytes.data);
        this.#heldBytes -= data.length;
        source.resume();
      });
    });
    source.on('end', () => this.#enqueue(() => this.#end()));
    source.resume();
  }

  add(toxic: Toxic): void {
    const removed = new AbortController();
    const signal = AbortSignal.any([removed.signal, this.#connection.ended]);
    const stream: ToxicStream = {
      now: this.#time.now,
      random: this.#time.random,
      wait: async (ms) => (ms > 0 ? this.#time.wait(ms, signal) : undefined),
      close: () => signal.aborted || this.#connection.close(),
      reset: () => signal.aborted || this.#connection.reset(),
    };
    this.#afflictions.set(toxic, { affliction: toxic.afflict(stream), removed });
  }

  remove(toxic: Toxic): void {
    this.#afflictions.get(toxic)?.removed.abort();
    this.#afflictions.delete(toxic);
  }

  /** What is written after this point waits for what was written before it. */
  #enqueue(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => (this.#connection.ended.aborted ? undefined : task()));
  }

  #through(bytes: Bytes): AsyncIterable<Bytes> {
    let pieces = only(bytes);
    for (const { affliction } of this.#afflictions.values()) {
      if (affliction.pass) pieces = each(pieces, affliction.pass);
    }
    return pieces;
  }

  async #write(data: Buffer): Promise<void> {
    if (this.#sink.writable && !this.#sink.write(data)) await drained(this.#sink, this.#connection.ended);
  }

  async #end(): Promise<void> {
    for (const { affliction } of this.#afflictions.values()) await affliction.beforeEnd?.();
    this.#sink.end();
  }
}

async function* only(bytes: Bytes): AsyncIterable<Bytes> {
  yield bytes;
}

async function* each(
  pieces: AsyncIterable<Bytes>,
  pass: (bytes: Bytes) => AsyncIterable<Bytes>,
): AsyncIterable<Bytes> {
  for await (const piece of pieces) yield* pass(piece);
}

function drained(socket: Socket, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
}
