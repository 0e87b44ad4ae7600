import { subscribe } from 'node:diagnostics_channel';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resendCountOf } from '../resend-count.ts';

const CLIENT_SPAN = Symbol('ballast.clientSpan');

/** What undici publishes of a request; the same in the npm package and behind Node's fetch. */
interface UndiciRequest {
  origin: string | URL;
  method: string;
  path: string;
  addHeader(name: string, value: string): void;
  [CLIENT_SPAN]?: Span;
}
interface UndiciMessage {
  request: UndiciRequest;
  response?: { statusCode: number };
  error?: Error & { code?: string };
}

/** A client span per request of undici or fetch made inside a trace, and the trace context in its headers. */
export function traceUndici(): void {
  subscribe('undici:request:create', (message) => begin((message as UndiciMessage).request));
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as UndiciMessage;
    if (response) request[CLIENT_SPAN]?.setAttribute('http.response.status_code', response.statusCode);
    if (response && response.statusCode >= 500)
      request[CLIENT_SPAN]?.setStatus({ code: SpanStatusCode.ERROR });
  });
  subscribe('undici:request:trailers', (message) => end((message as UndiciMessage).request));
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as UndiciMessage;
    request[CLIENT_SPAN]?.setAttribute('error.type', error?.code ?? error?.name ?? 'unknown');
    request[CLIENT_SPAN]?.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? '' });
    end(request);
  });
}

function begin(request: UndiciRequest): void {
  const active = context.active();
  if (!trace.getSpan(active)) return;
  const span = trace
    .getTracer('@ballast/telemetry')
    .startSpan(request.method, { kind: SpanKind.CLIENT, attributes: describe(request) }, active);
  const resendCount = resendCountOf(active);
  if (resendCount !== undefined) span.setAttribute('http.request.resend_count', resendCount);
  request[CLIENT_SPAN] = span;
  propagation.inject(trace.setSpan(active, span), request, {
    set: (to, key, value) => to.addHeader(key, value),
  });
}

// The query stays out: it is the one part of a URL where callers put personal data.
function describe({ method, origin, path }: UndiciRequest) {
  const { href, hostname, port } = new URL(origin);
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port),
    'url.full': href.slice(0, -1) + path.split('?', 1)[0],
  };
}

function end(request: UndiciRequest): void {
  request[CLIENT_SPAN]?.end();
  delete request[CLIENT_SPAN];
}
