import { subscribe } from 'node:diagnostics_channel';
import {
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { tracer } from '../scope.ts';
import { markFailed } from '../traces/failed-span.ts';
import { resendCountOf } from '../traces/resend-count.ts';
import { rememberResults } from './remember-results.ts';
import { withoutQuery } from './without-query.ts';

const clientSpan = Symbol('ballast.clientSpan');

/** What undici publishes of a request; the same in the npm package and behind Node's fetch. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  addHeader(name: string, value: string): void;
  [clientSpan]?: Span | undefined;
}
interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** Makes a client span per request of undici or fetch inside a trace, and puts the trace context in its headers. */
export function traceUndici(): void {
  const clientTracer = tracer();
  subscribe('undici:request:create', (message) => begin((message as UndiciMessage).request, clientTracer));
  subscribe('undici:request:headers', (message) => noteStatus(message as UndiciMessage));
  subscribe('undici:request:trailers', (message) => end((message as UndiciMessage).request));
  subscribe('undici:request:error', (message) => fail(message as UndiciMessage));
}

function begin(request: UndiciRequest, clientTracer: Tracer): void {
  const active = context.active();
  if (!trace.getSpan(active)) return;
  const span = clientTracer.startSpan(
    request.method,
    { kind: SpanKind.CLIENT, attributes: describe(request) },
    active,
  );
  const resendCount = resendCountOf(active);
  if (resendCount !== undefined) span.setAttribute('http.request.resend_count', resendCount);
  request[clientSpan] = span;
  propagation.inject(trace.setSpan(active, span), request, toHeaders);
}

const toHeaders = { set: (to: UndiciRequest, key: string, value: string) => to.addHeader(key, value) };

function noteStatus({ request, response }: UndiciMessage): void {
  const span = request[clientSpan];
  if (!span || !response) return;
  span.setAttribute('http.response.status_code', response.statusCode);
  if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

function fail({ request, error }: UndiciMessage): void {
  const span = request[clientSpan];
  if (span) markFailed(span, error);
  end(request);
}

function end(request: UndiciRequest): void {
  request[clientSpan]?.end();
  request[clientSpan] = undefined;
}

function describe({ method, origin, path }: UndiciRequest) {
  const base = typeof origin === 'string' ? origin : origin.origin;
  const { address, port } = serverOf(base);
  return {
    'http.request.method': method,
    'server.address': address,
    'server.port': port,
    'url.full': base + withoutQuery(path),
  };
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const maxServers = 100;

/** Parses each origin once: a service talks to few, and parsing costs as much as the rest of the span. */
const serverOf = rememberResults(maxServers, (origin: string) => {
  const { hostname, port, protocol } = new URL(origin);
  return { address: hostname, port: Number(port) || (defaultPorts[protocol] ?? 0) };
});
