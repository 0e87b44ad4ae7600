import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { withoutQuery } from './privacy.ts';
import { rememberResults } from './remember-results.ts';

const knownMethods = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** `http.request.method`: one of the known ones, or `_OTHER`, so that a caller can't make series of its own. */
export function methodOf(method = 'GET'): string {
  if (knownMethods.has(method)) return method;
  const upper = method.toUpperCase();
  return knownMethods.has(upper) ? upper : '_OTHER';
}

/** Most paths need no parser: nothing in them is escaped, and no segment starts with a dot. */
const isPlain = /^\/(?!\/)(?:[\w\-~!$&'()*+,;=:@/]|(?<!\/)\.)*$/;

/** `url.path`, as `new URL` would have it. */
export function pathOf(url = '/'): string {
  const path = withoutQuery(url);
  if (isPlain.test(path)) return path;
  return URL.parse(url, 'http://localhost')?.pathname ?? path;
}

interface Address {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

const maxHosts = 100;
/** By URL scheme. */
export const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Takes `http host:port` apart: a service answers under few names, so each is done once. */
const addressOf = rememberResults(maxHosts, (schemeAndHost: string): Address => {
  const [, scheme = '', address, port] = /^(\w*) (\[.*\]|[^:]*)(?::(.*))?$/.exec(schemeAndHost) ?? [];
  return { address, port: port === undefined ? defaultPorts[scheme] : Number(port) };
});

/** `server.address` and `server.port`: what the client asked for, as the first proxy saw it. */
export function serverOf(scheme: string, headers: IncomingHttpHeaders): Address {
  const forwarded = headers.forwarded ? forwardedOf(headers.forwarded) : undefined;
  if (forwarded?.host) return addressOf(`${forwarded.proto ?? ''} ${forwarded.host}`);
  const forwardedHost = headers['x-forwarded-host'];
  if (forwardedHost) return addressOf(`${headers['x-forwarded-proto'] ?? ''} ${forwardedHost}`);
  return headers.host ? addressOf(`${scheme} ${headers.host}`) : { address: undefined, port: undefined };
}

/** `client.address`: the client that the first proxy saw, or the peer. */
export function clientAddressOf({ headers, socket }: IncomingMessage): string | undefined {
  const forwarded = headers.forwarded ? forwardedOf(headers.forwarded) : undefined;
  if (forwarded?.for) return withoutPort(forwarded.for);
  const chain = headers['x-forwarded-for'];
  if (typeof chain === 'string' && chain) return withoutPort(chain.split(',', 1)[0]?.trim() ?? '');
  return socket.remoteAddress;
}

const isIpv4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

function withoutPort(address: string): string {
  if (isIpv4.test(address)) return address;
  return URL.parse(`http://${address}`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? address;
}

/** The first value of each name that is asked for (RFC 7239). */
function forwardedOf(header: string) {
  const first = (name: string) => {
    const [, quoted, token] =
      new RegExp(`(?:^|[;,])\\s*${name}=(?:"([^"]*)"|([^;,\\s]+))`, 'i').exec(header) ?? [];
    return quoted ?? token;
  };
  return { host: first('host'), for: first('for'), proto: first('proto') };
}
