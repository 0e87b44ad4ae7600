import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, type Random, systemClock } from '@ballast/resilience/primitives';
import { type Sources, Stream } from './stream.ts';
import type { Toxic } from './toxic.ts';

export type Direction = 'upstream' | 'downstream';
export type Upstream = { readonly host: string; readonly port: number };

/**
 * A TCP proxy between two services that can disturb their connections, with Toxiproxy's names: `tc netem` needs rights
 * that a test does not have, and a stubbed client would not test sockets at all.
 */
export interface TcpProxy {
  readonly port: number;
  readonly connections: number;
  /** Affects live connections too, each with the chance `toxicity` (1 = all). Returns its removal. */
  add(toxic: Toxic, options?: { direction?: Direction; toxicity?: number }): () => void;
  /** Cuts every connection and refuses new ones, as a dead process does. */
  disable(): Promise<void>;
  enable(): Promise<void>;
  /** Cuts every connection, and leads new ones elsewhere until the returned function is called, which cuts again. */
  divert(elsewhere: Upstream): () => void;
  close(): Promise<void>;
}

export type ProxyOptions = {
  /** More than one: connections are dealt in turn, and the next one is tried when one refuses. */
  readonly upstreams: readonly Upstream[];
  readonly listen?: Partial<Upstream>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
  /** Sees what clients send, before any toxic. */
  readonly onRequestData?: (data: Buffer) => void;
};

type ActiveToxic = { readonly toxic: Toxic; readonly direction: Direction; readonly toxicity: number };
type Link = Record<Direction, Stream> & { cut(): void };

/** @throws when the port is taken. */
export async function startProxy({
  upstreams,
  listen = {},
  clock = systemClock,
  random = Math.random,
  onRequestData,
}: ProxyOptions): Promise<TcpProxy> {
  const { host = '127.0.0.1' } = listen;
  const sources: Sources = { clock, random };
  const activeToxics = new Set<ActiveToxic>();
  const links = new Set<Link>();
  /** Also those whose upstream is not reached yet: one that is forgotten would outlive the end of the others. */
  const clients = new Set<Socket>();
  let turn = 0;
  let diverted: Upstream | undefined;
  let port = listen.port ?? 0;
  let server = await open();

  async function open(): Promise<Server> {
    // Paused: the end of a socket that ends before its upstream is reached would be lost.
    const opened = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
      (client) => void link(client),
    );
    opened.listen(port, host);
    await once(opened, 'listening');
    port = (opened.address() as AddressInfo).port;
    return opened;
  }

  async function link(client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    clients.add(client);
    client.once('close', () => clients.delete(client));
    const upstream = await reach(diverted ? [diverted] : upstreams, turn++);
    if (upstream === undefined || client.destroyed) {
      upstream?.destroy();
      client.resetAndDestroy();
      return;
    }
    const made = join(client, upstream, sources);
    if (onRequestData) client.on('data', onRequestData);
    links.add(made);
    client.once('close', () => links.delete(made));
    for (const active of activeToxics) applyTo(made, active);
  }

  function applyTo(made: Link, { toxic, direction, toxicity }: ActiveToxic): void {
    if (random() < toxicity) made[direction].add(toxic);
  }

  function cutAll(): void {
    for (const made of links) made.cut();
    for (const client of clients) client.destroy();
  }

  async function disable(): Promise<void> {
    if (!server.listening) return;
    server.close();
    cutAll();
    await once(server, 'close');
  }

  return {
    get port() {
      return port;
    },
    get connections() {
      return links.size;
    },
    add(toxic, { direction = 'downstream', toxicity = 1 } = {}) {
      const active = { toxic, direction, toxicity };
      activeToxics.add(active);
      for (const made of links) applyTo(made, active);
      return () => {
        activeToxics.delete(active);
        for (const made of links) made[direction].remove(toxic);
      };
    },
    disable,
    async enable() {
      if (!server.listening) server = await open();
    },
    divert(elsewhere) {
      const lead = (to: Upstream | undefined) => {
        diverted = to;
        cutAll();
      };
      lead(elsewhere);
      return () => lead(undefined);
    },
    close: disable,
  };
}

/** The upstream whose turn it is, or the next one that accepts. */
async function reach(upstreams: readonly Upstream[], turn: number): Promise<Socket | undefined> {
  for (let tried = 0; tried < upstreams.length; tried += 1) {
    const { host, port } = upstreams[(turn + tried) % upstreams.length] as Upstream;
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (connected) return socket;
  }
  return undefined;
}

function join(client: Socket, upstream: Socket, sources: Sources): Link {
  const ended = new AbortController();
  const both = (act: (socket: Socket) => void) => () => {
    ended.abort();
    act(client);
    act(upstream);
  };
  const cut = both((socket) => socket.destroy());
  const connection = {
    ended: ended.signal,
    close: both((socket) => socket.destroySoon()),
    reset: both((socket) => socket.resetAndDestroy()),
  };
  // A FIN travels behind the data, in order; an error is passed on at once.
  for (const socket of [client, upstream]) socket.on('error', connection.reset);
  Promise.all([once(client, 'close'), once(upstream, 'close')]).then(
    () => ended.abort(),
    () => ended.abort(),
  );
  return {
    upstream: new Stream(client, upstream, connection, sources),
    downstream: new Stream(upstream, client, connection, sources),
    cut,
  };
}
