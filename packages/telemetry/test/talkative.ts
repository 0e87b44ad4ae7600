// A service that logs a lot, for tests of an output that does not take it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@ballast/telemetry';

const logger = createLogger({ service: 'talkative' });
const linesPerOrder = 500;

const server = createServer((_request, response) => {
  for (let line = 0; line < linesPerOrder; line += 1) logger.info({ line }, 'placing an order '.repeat(10));
  response.end('placed');
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', () => {
  logger.fatal('stopping');
  process.exit();
});
