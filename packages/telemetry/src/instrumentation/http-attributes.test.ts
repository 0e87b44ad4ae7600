import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddressOf, methodOf, pathOf, serverOf } from './http-attributes.ts';

test.each([
  '/v1/orders',
  '/v1/orders?a=b',
  '/v1/orders/a.b',
  '/.hidden',
  '/a/./b',
  '/a/../../b',
  '/a/%2e%2e/b',
  '/a b',
  '/ä',
  '//evil/a',
  '/a//b',
  '/a\\b',
  '/..',
  '/.',
  '/a..b/c',
  '/?',
  '*',
  'http://other/a',
])('the path of %s is what a URL parser makes of it', (url) => {
  expect(pathOf(url)).toBe(new URL(url, 'http://localhost').pathname);
});

test.each([
  ['get', 'GET'],
  ['PURGE', '_OTHER'],
  [undefined, 'GET'],
])('the method %s is recorded as %s', (method, recorded) => {
  expect(methodOf(method)).toBe(recorded);
});

test.each([
  [{ host: 'shop' }, 'shop', 80],
  [{ host: 'shop:8080' }, 'shop', 8080],
  [{ host: '[::1]:8080' }, '[::1]', 8080],
  [{ host: 'in', 'x-forwarded-host': 'shop' }, 'shop', undefined],
  [{ host: 'in', 'x-forwarded-host': 'shop', 'x-forwarded-proto': 'https' }, 'shop', 443],
  [{ host: 'in', forwarded: 'for=a;host="shop:81";proto=https, host=other' }, 'shop', 81],
  [{}, undefined, undefined],
])('%j names the server %s, port %s', (headers, address, port) => {
  expect(serverOf('http', headers)).toEqual({ address, port });
});

test.each([
  [{ 'x-forwarded-for': '10.1.2.3, 10.0.0.1' }, '10.1.2.3'],
  [{ 'x-forwarded-for': '[2001:db8::1]:4711' }, '2001:db8::1'],
  [{ forwarded: 'For="[2001:db8:cafe::17]:4711"' }, '2001:db8:cafe::17'],
  [{ 'x-forwarded-for': 'no address at all' }, 'no address at all'],
  [{}, '127.0.0.1'],
])('%j comes from the client %s', (headers, client) => {
  expect(clientAddressOf({ headers, socket: { remoteAddress: '127.0.0.1' } } as IncomingMessage)).toBe(
    client,
  );
});
