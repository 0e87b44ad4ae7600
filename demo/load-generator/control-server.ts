import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { ProblemError, problem, sendProblem } from '@ballast/service-kit/problem';
import { z } from 'zod';
import { formatEvent } from '../event-stream.ts';
import type { Generator } from './generator.ts';
import type { Seconds } from './seconds.ts';
import { maxRatePerSecond } from './stats.ts';

export interface ControlServerOptions {
  readonly generator: Generator;
  readonly seconds: Seconds;
  readonly port: number;
  /** Names by which others reach this server, as `host:port`: in Compose its service name. */
  readonly alsoKnownAs?: readonly string[];
}

const perSecond = z.number().min(0).max(maxRatePerSecond);
const rateChange = z.strictObject({
  ordersPerSecond: perSecond.optional(),
  readsPerSecond: perSecond.optional(),
});
const maxBodyBytes = 1024;

function answer(response: ServerResponse, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(200, headers).end(JSON.stringify(body));
}

function stream(request: IncomingMessage, response: ServerResponse, seconds: Seconds): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const stop = seconds.onSecond((report) => response.write(formatEvent('stats', report)));
  request.once('close', stop);
}

async function changeRate(
  request: IncomingMessage,
  response: ServerResponse,
  generator: Generator,
): Promise<void> {
  if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > maxBodyBytes)
    throw problem(413, 'content-too-large', `Send at most ${maxBodyBytes} bytes, with their length`);
  const change = rateChange.safeParse(await json(request).catch(() => undefined));
  if (!change.success) throw problem(400, 'invalid-body', `Rates are numbers from 0 to ${maxRatePerSecond}`);
  const { ordersPerSecond, readsPerSecond } = generator.rate;
  generator.setRate({
    ordersPerSecond: change.data.ordersPerSecond ?? ordersPerSecond,
    readsPerSecond: change.data.readsPerSecond ?? readsPerSecond,
  });
  answer(response, generator.rate);
}

/** Keeps pages of other sites out: a browser sends the origin of the page and the host name it has used. */
function isForeign({ headers }: IncomingMessage, hosts: ReadonlySet<string | undefined>): boolean {
  return !hosts.has(headers.host) || headers.origin !== undefined;
}

const asProblem = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : problem(500, 'internal-server-error', undefined, { cause: error });

/** `GET /stats` (JSON, or an event stream), `PUT /rate`, `GET /health/live`. */
export function createControlServer(options: ControlServerOptions): Server {
  const { generator, seconds, port, alsoKnownAs = [] } = options;
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, ...alsoKnownAs]);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    const wantsStream = request.headers.accept?.includes('text/event-stream');
    if (isForeign(request, hosts)) throw problem(403, 'forbidden', 'Only for tools on this machine');
    if (route === 'GET /health/live') answer(response, { status: 'up' });
    else if (route === 'GET /stats' && wantsStream) stream(request, response, seconds);
    else if (route === 'GET /stats') answer(response, seconds.report());
    else if (route === 'PUT /rate') await changeRate(request, response, generator);
    else throw problem(404, 'not-found', 'There is GET /stats, PUT /rate and GET /health/live');
  }

  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => sendProblem(response, asProblem(error)));
  });
}
