// A service with one dependency, itself: `/v1/orders` calls `/v1/stock`, which answers with the headers it got.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, shutdownTelemetry } from '@ballast/telemetry';
import { hasSdk } from '../src/scope.ts';

const logger = createLogger({ service: 'orders' });

const server = createServer(async (request, response) => {
  if (request.url === '/v1/stock') return response.end(JSON.stringify(request.headers));
  logger.info({ token: 's3cret' }, 'placing an order');
  const stock = await fetch(`${urlOfSelf()}/v1/stock`);
  response.statusCode = request.url === '/v1/failing' ? 500 : 200;
  response.end(await stock.text());
});

function urlOfSelf(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

server.listen(0, '127.0.0.1', () => process.send?.({ url: urlOfSelf(), hasSdk: hasSdk() }));
process.on('message', async () => {
  await shutdownTelemetry(300);
  process.exit();
});
