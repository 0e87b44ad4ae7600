import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

// What a client sees of a service that is told to stop: nothing of what it was owed is missing. One round is a new
// process with every kind of client at once. `BALLAST_STOPS=200` plays as many rounds.
const rounds = Number(process.env.BALLAST_STOPS ?? 2);
const mainFile = new URL('./slow-service.ts', import.meta.url).pathname;
const largeBytes = 30_000_000;
// On a busy machine a client's own next step may take half a second.
const drainDelayMs = 1500;

interface Service {
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
}

async function start(): Promise<Service> {
  const child = spawn(process.execPath, [mainFile], {
    // The token only asks for large snapshots here.
    env: {
      SHUTDOWN_GRACE_MS: '25000',
      ...process.env,
      PORT: '0',
      DRAIN_DELAY_MS: String(drainDelayMs),
      CHAOS_TOKEN: 'large-snapshots-please',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const lines = createInterface(child.stdout as NodeJS.ReadableStream);
  const [url] = await once(lines, 'line');
  return { port: Number(new URL(url).port), child, ended };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

// Its deadline is not what is tested, and a busy machine may need more than the 2 s of the default.
const host = 'Host: a\r\nx-deadline-ms: 10000\r\n';
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${host}${headers}\r\n`;
const post = (text: string) => {
  const body = JSON.stringify({ text });
  const head = `POST /echo HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${body.length}`;
  return `${head}\r\n\r\n${body}`;
};

/** Reads until the server closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += chunk;
  return text;
}

const answersIn = (text: string): number => text.split('HTTP/1.1 200 OK').length - 1;

interface Stop {
  readonly port: number;
  /** Says that a client is where it wants to be when the signal comes. */
  readonly ready: () => void;
  /** Resolves when the signal was sent. */
  readonly signalled: Promise<void>;
}

type Client = (stop: Stop) => Promise<string>;

/** How many bytes arrive of a large answer that is read at 10 MB/s. */
async function readSlowly({ port, ready }: Stop): Promise<string> {
  const socket = await connected(port);
  socket.write(get('/large'));
  let bytes = 0;
  let unpaced = 0;
  for await (const chunk of socket) {
    ready();
    bytes += chunk.length;
    unpaced += chunk.length;
    if (unpaced < 1_000_000) continue;
    unpaced = 0;
    await delay(100);
  }
  return bytes > largeBytes + '{"text":""}'.length ? 'complete' : `cut after ${bytes} bytes`;
}

/** A viewer of the event stream that never reads. */
async function viewWithoutReading({ port, ready }: Stop): Promise<string> {
  const socket = await connected(port);
  socket.write(get('/resilience', 'Accept: text/event-stream\r\n'));
  await once(socket, 'readable');
  ready();
  return 'complete';
}

async function headOnStream({ port, ready }: Stop): Promise<string> {
  const socket = await connected(port);
  const head = get('/resilience', 'Accept: text/event-stream\r\n').replace('GET', 'HEAD');
  socket.write(head + get('/work?ms=1'));
  await once(socket, 'readable');
  ready();
  const text = await readAll(socket);
  return answersIn(text) === 2 ? 'complete' : `received ${text}`;
}

async function stayIdle({ port, ready }: Stop): Promise<string> {
  const socket = await connected(port);
  socket.write(get('/work?ms=1'));
  await once(socket, 'readable');
  ready();
  const text = await readAll(socket);
  return answersIn(text) === 1 ? 'complete' : `received ${text}`;
}

/** The second half of the request is sent after the signal. */
async function sendInHalves({ port, ready, signalled }: Stop): Promise<string> {
  const socket = await connected(port);
  const request = post('in halves');
  socket.write(request.slice(0, -10));
  ready();
  await signalled;
  await delay(drainDelayMs + 100);
  socket.write(request.slice(-10));
  const text = await readAll(socket);
  return text.endsWith('{"text":"in halves"}') ? 'complete' : `received ${text}`;
}

/** Requests one behind the other, on a connection that has been in use: a silent one is closed by headersTimeoutMs. */
async function sendWithoutPause({ port, ready, signalled }: Stop): Promise<string> {
  const socket = await connected(port);
  socket.write(get('/work?ms=1'));
  await once(socket, 'readable');
  ready();
  await signalled;
  socket.write(get('/work?ms=1') + get('/health/live') + get('/work?ms=200') + post('last'));
  const text = await readAll(socket);
  return answersIn(text) === 5 ? 'complete' : `received ${text}`;
}

/** Work that ends long after the listener is closed. */
async function workLong({ port, ready }: Stop): Promise<string> {
  const socket = await connected(port);
  socket.write(get('/work?ms=1500'));
  ready();
  const text = await readAll(socket);
  return answersIn(text) === 1 ? 'complete' : `received ${text}`;
}

/** Connections that are opened after the signal, while the service still listens. */
async function comeLate({ port, ready, signalled }: Stop): Promise<string> {
  ready();
  await signalled;
  const late = Array.from({ length: 8 }, async (_, index) => {
    await delay(index * 50);
    const socket = await connected(port);
    socket.write(post('late'));
    return answersIn(await readAll(socket));
  });
  const answers = await Promise.all(late);
  return answers.every((count) => count === 1) ? 'complete' : `answers: ${answers}`;
}

/** What each client was told, by kind; `complete` is everything it was owed. */
async function stopUnder(clients: Readonly<Record<string, Client>>) {
  const { port, child, ended } = await start();
  const signal = Promise.withResolvers<void>();
  const settled: Promise<void>[] = [];
  const told = Object.entries(clients).map(async ([kind, client]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    settled.push(promise);
    const answer = await client({ port, ready: resolve, signalled: signal.promise }).catch(
      ({ message }) => message,
    );
    return [kind, answer] as const;
  });
  await Promise.all(settled);
  child.kill('SIGTERM');
  signal.resolve();
  return { exit: await ended, ...Object.fromEntries(await Promise.all(told)) };
}

const clients = {
  slow: readSlowly,
  stuck: viewWithoutReading,
  alsoStuck: viewWithoutReading,
  head: headOnStream,
  idle: stayIdle,
  halves: sendInHalves,
  pipelined: sendWithoutPause,
  long: workLong,
  late: comeLate,
};
const complete = Object.fromEntries(Object.keys(clients).map((kind) => [kind, 'complete']));

test.each(Array.from({ length: rounds }, (_, round) => round + 1))(
  'stop %i cuts nobody off',
  async () => {
    expect(await stopUnder(clients)).toEqual({ exit: 0, ...complete });
  },
  30_000,
);
