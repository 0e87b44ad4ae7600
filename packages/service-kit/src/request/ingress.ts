import type { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';
import type { Readiness } from '../lifecycle/readiness.ts';
import { problem } from '../problem/problem.ts';

const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** The handlers that every request passes first, whatever its route. */
export function ingress(readiness: Readiness): RequestHandler[] {
  return [secureHeaders, requireHost, dropBaggage, closeWhenDraining(readiness)];
}

const secureHeaders: RequestHandler = function secure(_request, response, next) {
  response.set(securityHeaders);
  next();
};

// Node would answer a missing Host header itself, without a body; `createServer` tells it not to. Of two Host headers
// Node takes the first, where a proxy in front may have taken the second (RFC 9112, 3.2).
const requireHost: RequestHandler = function host(request, _response, next) {
  const hosts = hostsOf(request.rawHeaders);
  if (hosts > 1) throw problem(400, 'bad-request', 'There is more than one Host header');
  if (hosts === 0 && request.httpVersion !== '1.0')
    throw problem(400, 'bad-request', 'The Host header is missing');
  next();
};

function hostsOf(rawHeaders: string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

// Baggage is the caller's text and would be copied into every downstream request; trace context may continue.
const dropBaggage: RequestHandler = function baggage(request, _response, next) {
  delete request.headers.baggage;
  next();
};

// A keep-alive client must be told to connect elsewhere before its socket closes, or a request is lost in between.
function closeWhenDraining({ draining }: Readiness): RequestHandler {
  const unanswered = new Set<Response>();
  const newest = new WeakMap<Socket, Response>();
  // An answer that waits behind another one has no socket of its own yet.
  const announceIfLast = (response: Response) => {
    const isLast = newest.get(response.req.socket) === response;
    if (isLast && !response.headersSent) response.set('Connection', 'close');
  };
  draining.addEventListener('abort', () => unanswered.forEach(atItsHead(announceIfLast)), { once: true });
  return function connection(request, response, next) {
    unanswered.add(response);
    newest.set(request.socket, response);
    response.once('close', () => unanswered.delete(response));
    if (!draining.aborted) return next();
    atItsHead(announceIfLast)(response);
    // Requests that a client sent behind this one without waiting are read first. An answer that says "close" is the
    // last one of its connection, so only the last of them may say so.
    setImmediate(next);
  };
}

/** Runs `last` when the head of an answer is about to be written, as that is when Node decides what happens next. */
const atItsHead = (last: (response: Response) => void) => (response: Response) => {
  const writeHead = response.writeHead;
  response.writeHead = (...head: unknown[]) => {
    last(response);
    return writeHead.apply(response, head as Parameters<typeof writeHead>);
  };
};
