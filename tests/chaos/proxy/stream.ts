import type { Socket } from 'node:net';
import type { Clock, Random } from '@ballast/resilience/primitives';
import { sleep } from '../sleep.ts';
import type { Bytes, Toxic, ToxicEffect, ToxicStream } from './toxic.ts';

/** Where a proxy takes its time and its chances from; a test injects its own. */
export type Sources = { readonly clock: Clock; readonly random: Random };
export type Connection = { close(): void; reset(): void; readonly ended: AbortSignal };

const maxHeldBytes = 1024 * 1024;

/** Carries one direction of a connection through its toxics, in order, without letting the sender run far ahead. */
export class Stream {
  readonly #sink: Socket;
  readonly #connection: Connection;
  readonly #sources: Sources;
  readonly #effects = new Map<Toxic, { effect: ToxicEffect; removed: AbortController }>();
  #heldBytes = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(source: Socket, sink: Socket, connection: Connection, sources: Sources) {
    this.#sink = sink;
    this.#connection = connection;
    this.#sources = sources;
    source.on('data', (data: Buffer) => {
      this.#heldBytes += data.length;
      if (this.#heldBytes > maxHeldBytes) source.pause();
      const arrivedAt = sources.clock.now();
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
    const { clock, random } = this.#sources;
    const stream: ToxicStream = {
      now: () => clock.now(),
      random,
      wait: async (ms) => (ms > 0 ? sleep(clock, ms, signal) : undefined),
      close: () => signal.aborted || this.#connection.close(),
      reset: () => signal.aborted || this.#connection.reset(),
    };
    this.#effects.set(toxic, { effect: toxic.attach(stream), removed });
  }

  remove(toxic: Toxic): void {
    this.#effects.get(toxic)?.removed.abort();
    this.#effects.delete(toxic);
  }

  /** Tasks run one after the other, so that data stays in order. */
  #enqueue(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => (this.#connection.ended.aborted ? undefined : task()));
  }

  #through(bytes: Bytes): AsyncIterable<Bytes> {
    let pieces = only(bytes);
    for (const { effect } of this.#effects.values()) {
      if (effect.pass) pieces = each(pieces, effect.pass);
    }
    return pieces;
  }

  async #write(data: Buffer): Promise<void> {
    if (this.#sink.writable && !this.#sink.write(data)) await drained(this.#sink, this.#connection.ended);
  }

  async #end(): Promise<void> {
    for (const { effect } of this.#effects.values()) await effect.beforeEnd?.();
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
