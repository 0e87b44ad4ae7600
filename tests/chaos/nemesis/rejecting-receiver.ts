import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TcpProxy } from '../proxy/proxy.ts';
import type { EndFault } from './fault.ts';

const host = '127.0.0.1';

/** Leads a connection to a server that works and rejects everything, so that what is delivered there is parked. */
export async function answerWithRejections(proxy: Pick<TcpProxy, 'divert'>): Promise<EndFault> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify({ type: 'about:blank', title: 'Unprocessable', status: 422, code: 'invalid-body' }),
    );
  });
  server.listen(0, host);
  await once(server, 'listening');
  const leadBack = proxy.divert({ host, port: (server.address() as AddressInfo).port });
  return async () => {
    leadBack();
    server.closeAllConnections();
    server.close();
  };
}
