import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type HrTime,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import { ExemplarHistogram } from '../metrics/exemplar-histogram.ts';
import { tracer } from '../scope.ts';
import type { AsyncContext } from '../traces/async-context.ts';
import { withoutQuery } from './without-query.ts';

/** Health checks and pollers ask for these; they would be most of the traces and show nothing. */
const quietPaths = ['/health/', '/resilience', '/openapi.json', '/chaos'];

const msPerSecond = 1000;
const serverSpan = Symbol('ballast.serverSpan');
type Begun = { readonly request: IncomingMessage; readonly response: Exchange };
type Exchange = ServerResponse & { [serverSpan]?: Span; readonly req: RoutedRequest };
type RoutedRequest = IncomingMessage & {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
};

/**
 * Makes a server span and measures `http.server.request.duration` per request, from Node's own diagnostics channel:
 * nothing is patched, and the route is read from what Express leaves on the request.
 */
export function traceHttpServer(contexts: AsyncContext): void {
  const serverTracer = tracer();
  const duration = new ExemplarHistogram('http.server.request.duration', 'Duration of HTTP server requests.');

  function begin(message: unknown): void {
    const { request, response } = message as Begun;
    const path = withoutQuery(request.url ?? '');
    if (quietPaths.some((quiet) => path.startsWith(quiet))) contexts.enter(ROOT_CONTEXT);
    else beginSpan(request, response, path);
  }

  function beginSpan(request: IncomingMessage, response: Exchange, path: string): void {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = { 'http.request.method': request.method ?? '', 'url.path': path };
    const span = serverTracer.startSpan(
      request.method ?? 'HTTP',
      { kind: SpanKind.SERVER, attributes },
      parent,
    );
    contexts.enter(trace.setSpan(parent, span));
    response[serverSpan] = span;
    response.once('close', endSpan);
  }

  function endSpan(this: Exchange): void {
    const span = this[serverSpan] as Span & { readonly duration: HrTime };
    describe(span, this);
    span.end();
    const { method = '' } = this.req;
    const route = routeOf(this.req);
    const seconds = hrTimeToMilliseconds(span.duration) / msPerSecond;
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
