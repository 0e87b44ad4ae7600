import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExemplarHistogram } from '../metrics/exemplar-histogram.ts';
import type { AsyncContext } from '../traces/async-context.ts';

/** Probes and pollers: they would be most of the traces and tell nothing. */
export const quietPaths = ['/health/', '/resilience', '/openapi.json', '/chaos'];

const serverSpan = Symbol('ballast.serverSpan');
type Exchange = ServerResponse & { [serverSpan]?: Span; req: RoutedRequest };
type RoutedRequest = IncomingMessage & { baseUrl?: string; route?: { path?: unknown } };

/**
 * A server span and `http.server.request.duration` per request, from Node's own diagnostics channel: nothing is
 * patched, and of the router only what Express leaves on the request is read.
 */
export function traceHttpServer(contexts: AsyncContext): void {
  const tracer = trace.getTracer('@ballast/telemetry');
  const duration = new ExemplarHistogram('http.server.request.duration', 'Duration of HTTP server requests.');

  function begin(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: Exchange };
    const path = pathOf(request);
    if (quietPaths.some((quiet) => path.startsWith(quiet))) contexts.enter(ROOT_CONTEXT);
    else beginSpan(request, response, path);
  }

  function beginSpan(request: IncomingMessage, response: Exchange, path: string): void {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = { 'http.request.method': request.method ?? '', 'url.path': path };
    const span = tracer.startSpan(request.method ?? 'HTTP', { kind: SpanKind.SERVER, attributes }, parent);
    contexts.enter(trace.setSpan(parent, span));
    response[serverSpan] = span;
    response.once('close', endSpan);
  }

  function endSpan(this: Exchange): void {
    const span = this[serverSpan] as Span & { duration: [number, number] };
    describe(span, this);
    span.end();
    const { method = '' } = this.req;
    const route = routeOf(this.req);
    const seconds = span.duration[0] + span.duration[1] / 1e9;
    duration.record(seconds, `${method} ${route} ${this.statusCode}`, () => seriesOf(this), span);
  }

  subscribe('http.server.request.start', begin);
}

function describe(span: Span, response: Exchange): void {
  const route = routeOf(response.req);
  if (route) span.setAttribute('http.route', route).updateName(`${response.req.method} ${route}`);
  span.setAttribute('http.response.status_code', response.statusCode);
  if (!response.writableFinished) span.setAttribute('error.type', 'client_disconnected');
  if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

function seriesOf({ req, statusCode }: Exchange) {
  const route = routeOf(req);
  return {
    'http.request.method': req.method ?? '',
    'http.response.status_code': statusCode,
    ...(route && { 'http.route': route }),
  };
}

function routeOf({ baseUrl = '', route }: RoutedRequest): string {
  return typeof route?.path === 'string' ? baseUrl + route.path : '';
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
