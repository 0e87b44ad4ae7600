import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  context,
  type Histogram,
  INVALID_SPAN_CONTEXT,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { resendCountOf } from '../traces/resend-count.ts';
import { durationHistogram, secondsSince } from './durations.ts';
import { defaultPorts, methodOf, pathOf } from './http-attributes.ts';
import { rememberResults } from './remember-results.ts';

/** What undici publishes of a request; the same in the npm package and behind Node's fetch. */
export interface UndiciRequest {
  readonly origin: string | URL;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[] | string;
  addHeader(name: string, value: string): void;
}

interface Begun {
  readonly span: Span;
  /** Of the metric: they grow as more is known. */
  readonly series: Attributes;
  readonly startedAt: number;
}

interface UndiciMessage {
  readonly request: UndiciRequest & { [begun]?: Begun | undefined };
  readonly socket: {
    readonly remoteAddress: string;
    readonly remotePort: number;
    readonly alpnProtocol: unknown;
  };
  readonly response: { readonly statusCode: number };
  readonly error: Error & { readonly code?: string };
}

const begun = Symbol('ballast.clientSpan');

/**
 * Client spans and `http.client.request.duration` of undici and fetch, as `@opentelemetry/instrumentation-undici`
 * makes them, inside a trace only. It parses each origin once and no header that it does not need.
 */
export class LeanUndici extends InstrumentationBase {
  declare private duration: Histogram;
  declare private subscriptions:
    | (readonly [channel: string, listener: (message: unknown) => void])[]
    | undefined;

  constructor() {
    super('@ballast/instrumentation-undici', '0.1.0', { enabled: false });
  }

  override _updateMetricInstruments(): void {
    this.duration = durationHistogram(
      this.meter,
      'http.client.request.duration',
      'Measures the duration of outbound HTTP requests.',
    );
  }

  override init(): undefined {}

  override enable(): void {
    super.enable();
    if (this.subscriptions) return;
    const on = (channel: string, listener: (message: UndiciMessage) => void) =>
      [channel, (message: unknown) => listener(message as UndiciMessage)] as const;
    this.subscriptions = [
      on('undici:request:create', ({ request }) => this.begin(request)),
      on('undici:client:sendHeaders', describePeer),
      on('undici:request:headers', describeAnswer),
      on('undici:request:trailers', ({ request }) => this.end(request)),
      on('undici:request:error', ({ request, error }) => this.fail(request, error)),
    ];
    for (const [channel, listener] of this.subscriptions) subscribe(channel, listener);
  }

  override disable(): void {
    super.disable();
    for (const [channel, listener] of this.subscriptions ?? []) unsubscribe(channel, listener);
    this.subscriptions = undefined;
  }

  private begin(request: UndiciMessage['request']): void {
    if (request.method === 'CONNECT') return;
    const active = context.active();
    const method = methodOf(request.method);
    const { origin, scheme, address, port } = originOf(String(request.origin));
    const series = {
      'http.request.method': method,
      'server.address': address,
      'server.port': port,
      'url.scheme': scheme,
    };
    request[begun] = { span: this.spanOf(request, series, origin), series, startedAt: performance.now() };
    propagation.inject(trace.setSpan(active, request[begun].span), request, toHeaders);
  }

  /** As the published one, outside of a trace it measures and makes no span. */
  private spanOf(request: UndiciRequest, series: Attributes, origin: string): Span {
    const active = context.active();
    if (!trace.getSpan(active)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const method = series['http.request.method'] as string;
    const path = pathOf(request.path);
    const attributes: Attributes = {
      ...series,
      'http.request.method_original': request.method,
      'url.full': origin + path,
      'url.path': path,
      'url.query': '',
      'user_agent.original': userAgentOf(request.headers),
      'http.request.resend_count': resendCountOf(active),
    };
    const name = method === '_OTHER' ? 'HTTP' : method;
    return this.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
  }

  private fail(request: UndiciMessage['request'], error: UndiciMessage['error']): void {
    const known = request[begun];
    if (known && error.name !== 'AbortError') {
      const type = error.code || error.name || 'Error';
      known.series['error.type'] = type;
      known.span.setAttribute('error.type', type).recordException(error);
      known.span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    this.end(request);
  }

  private end(request: UndiciMessage['request']): void {
    const known = request[begun];
    if (!known) return;
    request[begun] = undefined;
    known.span.end();
    this.duration.record(secondsSince(known.startedAt), known.series);
  }
}

const toHeaders = { set: (to: UndiciRequest, key: string, value: string) => to.addHeader(key, value) };

function describePeer({ request, socket }: UndiciMessage): void {
  const known = request[begun];
  if (!known) return;
  const version = socket.alpnProtocol === 'h2' ? '2' : '1.1';
  known.span
    .setAttribute('network.peer.address', socket.remoteAddress)
    .setAttribute('network.peer.port', socket.remotePort)
    .setAttribute('network.protocol.version', version);
  known.series['network.protocol.version'] = version;
}

function describeAnswer({ request, response: { statusCode } }: UndiciMessage): void {
  const known = request[begun];
  if (!known) return;
  known.span.setAttribute('http.response.status_code', statusCode);
  known.series['http.response.status_code'] = statusCode;
  if (statusCode < 400) return;
  known.series['error.type'] = String(statusCode);
  known.span.setAttribute('error.type', String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
}

/** undici keeps headers as a flat list of names and values; old versions as text. */
function userAgentOf(headers: UndiciRequest['headers']): string | undefined {
  if (typeof headers === 'string') return /^user-agent:\s*(.*?)\s*$/im.exec(headers)?.[1];
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    const name = headers[index] as string;
    if (name.length === userAgent.length && name.toLowerCase() === userAgent) return headers[index + 1];
  }
  return undefined;
}
const userAgent = 'user-agent';

const maxOrigins = 100;

/** Parses each origin once: a service talks to few. */
const originOf = rememberResults(maxOrigins, (text: string) => {
  const { origin, protocol, hostname, port } = new URL(text);
  const scheme = protocol.slice(0, -1);
  return { origin, scheme, address: hostname, port: Number(port) || defaultPorts[scheme] };
});
