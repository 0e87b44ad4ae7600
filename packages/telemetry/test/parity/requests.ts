import { once } from 'node:events';
import { connect } from 'node:net';

type Send = (
  method: string,
  path: string,
  headers?: Record<string, string>,
  body?: string,
) => Promise<unknown>;

const sampled = `00-${'f'.repeat(32)}-${'b'.repeat(16)}-01`;
const json = { 'content-type': 'application/json' };
const closing = 'Connection: close\r\n';

/** What a customer, a proxy, a poller or a mistaken client may send. One at a time, so that both lists see the same. */
export async function sendAll(url: string, message: () => Promise<unknown>): Promise<void> {
  const send: Send = async (method, path, headers = {}, body = undefined) =>
    (await fetch(url + path, { method, headers, body: body ?? null })).arrayBuffer();
  await send(
    'POST',
    '/v1/orders?email=a@b.c',
    { ...json, traceparent: sampled, baggage: 'user=7' },
    '{"sku":"LAMP"}',
  );
  await send('POST', '/v1/orders', json, '{"sku":');
  await send('GET', '/v1/orders/7', { 'user-agent': 'browser/1' });
  await send('GET', '/v1/orders/7', {
    'x-forwarded-for': '10.1.2.3, 10.0.0.1',
    'x-forwarded-host': 'shop.example',
  });
  await send('GET', '/v1/orders/7', {
    'x-forwarded-host': 'shop.example:8443',
    'x-forwarded-proto': 'https',
  });
  await send('GET', '/v1/orders/7', {
    'x-forwarded-for': '[2001:db8::1]:4711',
    'x-forwarded-proto': 'https',
  });
  await send('GET', '/v1/orders/7', { forwarded: 'for=192.0.2.60;proto=https;host="shop.example"' });
  for (const path of [
    'transaction',
    'callback',
    'bad-query',
    'redis',
    'refused',
    'aborted',
    'fetched',
    'node-client',
  ]) {
    await send('GET', `/v1/${path}`);
  }
  for (const path of ['204', '301', '404', '503', 'reset']) await send('GET', `/v1/upstream/${path}`);
  await send('PUT', '/v1/raw', { 'content-type': 'text/plain' }, 'LAMP');
  for (const path of ['later', 'failing', 'throwing', 'missing', 'nested/items/LAMP', 'nested/missing']) {
    await send('GET', `/v1/${path}`);
  }
  await send('GET', '/v1//nested/./items/../items/L%41MP');
  await send('OPTIONS', '/v1/orders');
  await send('HEAD', '/v1/orders/7');
  await send('GET', '/health/ready');
  await raw(url, `PURGE /v1/orders HTTP/1.1\r\nHost: shop\r\n${closing}\r\n`);
  await raw(url, `GET /v1/failing HTTP/1.0\r\n\r\n`);
  await raw(url, `GET //evil/v1/failing?a=b HTTP/1.1\r\nHost: shop.example:0080\r\n${closing}\r\n`);
  await leave(url, message);
}

async function raw(url: string, request: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).resume();
  socket.write(request);
  await once(socket, 'close');
}

/** A client that goes away before it has its answer. */
async function leave(url: string, message: () => Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const arrived = message();
  const answer = fetch(`${url}/v1/slow`, { signal: controller.signal }).catch(() => {});
  await arrived;
  const closed = message();
  controller.abort();
  await Promise.all([answer, closed]);
}
