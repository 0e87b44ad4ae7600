import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Accepts whatever is exported to it and keeps it as text: strings stay readable in protobuf. */
export async function startCollector() {
  const bodies: Record<string, string> = {};
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('latin1').toArray()).join('');
    const path = request.url ?? '';
    bodies[path] = (bodies[path] ?? '') + body;
    response.setHeader('content-type', request.headers['content-type'] ?? '');
    response.end(path === '/v1/metrics' ? '{}' : '');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, bodies, close: () => server.close() };
}
