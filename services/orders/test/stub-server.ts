import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface StubRequest {
  method: string;
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a stub reads what it expects
  body: any;
  headers: IncomingMessage['headers'];
}

export type StubAnswer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | 'hang'
  | 'reset'
  | { raw: string };

/** A server that answers what the test tells it to. */
export async function startStub(answer: (request: StubRequest) => StubAnswer) {
  const requests: StubRequest[] = [];

  async function handle(message: IncomingMessage, response: ServerResponse) {
    const { method = '', url: path = '', headers } = message;
    const body = method === 'PUT' || method === 'POST' ? await json(message) : undefined;
    const request = { method, path, body, headers };
    requests.push(request);
    const told = answer(request);
    if (told === 'hang') return;
    if (told === 'reset') return void message.socket.destroy();
    if ('raw' in told) return void response.setHeader('content-type', 'application/json').end(told.raw);
    const isProblem = told.status >= 400;
    response.statusCode = told.status;
    response.setHeader('content-type', isProblem ? 'application/problem+json' : 'application/json');
    for (const [name, value] of Object.entries(told.headers ?? {})) response.setHeader(name, value);
    response.end(told.body === undefined ? undefined : JSON.stringify(told.body));
  }

  const server = createServer(
    (message, response) => void handle(message, response).catch(() => message.socket.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
