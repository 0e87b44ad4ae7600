import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { createServer, type ServerLimits } from '../src/lifecycle/server.ts';

/** Serves on a free port until the test is over; answers its URL. */
export async function serve(listener: RequestListener, limits?: Partial<ServerLimits>): Promise<string> {
  const server = createServer(listener, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Writes bytes to the server as they are and reads until it closes the connection. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  return answerOn(url, (socket) => void socket.write(bytes));
}

/** The same, saying at once that nothing more will come. */
export function sendRawAndHalfClose(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  return answerOn(url, (socket) => void socket.end(bytes));
}

async function answerOn(url: string, send: (socket: Socket) => void): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  send(socket);
  const answer = await text(socket);
  socket.destroy();
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return { status: Number(head.split(' ', 2)[1] ?? 0), head: head.toLowerCase(), body };
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}
