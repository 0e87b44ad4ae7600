import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
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

function answer(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

const refuse = (response: ServerResponse, status: number, title: string): void =>
  answer(response, status, { status, title }, 'application/problem+json');

function stream(request: IncomingMessage, response: ServerResponse, seconds: Seconds): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const stop = seconds.onSecond((report) =>
    response.write(`event: stats\ndata: ${JSON.stringify(report)}\n\n`),
  );
  request.once('close', stop);
}

async function changeRate(
  request: IncomingMessage,
  response: ServerResponse,
  generator: Generator,
): Promise<void> {
  if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > maxBodyBytes)
    return refuse(response, 413, `send at most ${maxBodyBytes} bytes, with their length`);
  const change = rateChange.safeParse(await json(request).catch(() => undefined));
  if (!change.success) return refuse(response, 400, `rates are numbers from 0 to ${maxRatePerSecond}`);
  const { ordersPerSecond, readsPerSecond } = generator.rate;
  generator.setRate({
    ordersPerSecond: change.data.ordersPerSecond ?? ordersPerSecond,
    readsPerSecond: change.data.readsPerSecond ?? readsPerSecond,
  });
  answer(response, 200, generator.rate);
}

/** Not for pages: a browser always says where a foreign page's request comes from, and what host it thinks it asks. */
function isForeign({ headers }: IncomingMessage, hosts: ReadonlySet<string | undefined>): boolean {
  return !hosts.has(headers.host) || headers.origin !== undefined;
}

/** `GET /stats` (JSON, or an event stream), `PUT /rate`, `GET /health/live`. */
export function createControlServer(options: ControlServerOptions): Server {
  const { generator, seconds, port, alsoKnownAs = [] } = options;
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, ...alsoKnownAs]);
  return createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    const wantsStream = request.headers.accept?.includes('text/event-stream');
    if (isForeign(request, hosts)) refuse(response, 403, 'only for local tools');
    else if (route === 'GET /health/live') answer(response, 200, { status: 'up' });
    else if (route === 'GET /stats' && wantsStream) stream(request, response, seconds);
    else if (route === 'GET /stats') answer(response, 200, seconds.report());
    else if (route === 'PUT /rate') await changeRate(request, response, generator);
    else refuse(response, 404, 'there is GET /stats, PUT /rate and GET /health/live');
  });
}
