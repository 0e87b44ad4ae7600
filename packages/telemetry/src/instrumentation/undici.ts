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
import { resendCountOf } from '../traces/resend-count.ts';

const clientSpan = Symbol('ballast.clientSpan');

/** What undici publishes of a request; the same in the npm package and behind Node's fetch. */
interface UndiciRequest {
  origin: string | URL;
  method: string;
  path: string;
  addHeader(name: string, value: string): void;
  [clientSpan]?: Span | undefined;
}
interface UndiciMessage {
  request: UndiciRequest;
  response?: { statusCode: number };
  error?: Error & { code?: string };
}

/** A client span per request of undici or fetch made inside a trace, and the trace context in its headers. */
export function traceUndici(): void {
  const tracer = trace.getTracer('@ballast/telemetry');
  subscribe('undici:request:create', (message) => begin((message as UndiciMessage).request, tracer));
  subscribe('undici:request:headers', (message) => noteStatus(message as UndiciMessage));
  subscribe('undici:request:trailers', (message) => end((message as UndiciMessage).request));
  subscribe('undici:request:error', (message) => fail(message as UndiciMessage));
}

function begin(request: UndiciRequest, tracer: Tracer): void {
  const active = context.active();
  if (!trace.getSpan(active)) return;
  const span = tracer.startSpan(
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
  span?.setAttribute('error.type', error?.code ?? error?.name ?? 'unknown');
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? '' });
  end(request);
}

function end(request: UndiciRequest): void {
  request[clientSpan]?.end();
  request[clientSpan] = undefined;
}

// The query stays out: it is the one part of a URL where callers put personal data.
function describe({ method, origin, path }: UndiciRequest) {
  const base = typeof origin === 'string' ? origin : origin.origin;
  const { address, port } = serverOf(base);
  const query = path.indexOf('?');
  return {
    'http.request.method': method,
    'server.address': address,
    'server.port': port,
    'url.full': base + (query < 0 ? path : path.slice(0, query)),
  };
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 };
const maxServers = 100;
const servers = new Map<string, { address: string; port: number }>();

/** Parsed once per origin: a service talks to few, and parsing costs as much as the rest of the span. */
function serverOf(origin: string): { address: string; port: number } {
  const known = servers.get(origin);
  if (known) return known;
  const { hostname, port, protocol } = new URL(origin);
  const server = { address: hostname, port: Number(port) || (defaultPorts[protocol] ?? 0) };
  if (servers.size < maxServers) servers.set(origin, server);
  return server;
}
