// Stands for everything outside: the recommendation service on every path, and a collector that accepts everything.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const items = JSON.stringify({ items: [{ sku: 'LAMP', name: 'Lamp' }] });
const server = createServer((request, response) => {
  request.resume();
  const isExport = request.url?.match(/^\/v1\/(traces|metrics|logs)$/);
  response.setHeader('content-type', request.headers['content-type'] ?? 'application/json');
  request.on('end', () => response.end(isExport ? undefined : items));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
