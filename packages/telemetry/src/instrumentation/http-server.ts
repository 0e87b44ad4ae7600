import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { RPCType, setRPCMetadata, suppressTracing } from '@opentelemetry/core';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { durationHistogram, secondsSince } from './durations.ts';
import { clientAddressOf, methodOf, pathOf, serverOf } from './http-attributes.ts';
import { type Emit, inOwnContext, replaceEmit, setOwnContext } from './own-context.ts';
import { isQuiet } from './privacy.ts';

/** What Express leaves on the request. */
interface Routed extends IncomingMessage {
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/**
 * Server spans and `http.server.request.duration`, as `@opentelemetry/instrumentation-http` makes them. It wraps
 * `emit` of a few prototypes once, where the published one wraps the listener methods of every request and response.
 * The route is read from what Express leaves on the request when the response ends, so no middleware is wrapped.
 */
export class LeanHttpServer extends InstrumentationBase {
  declare private duration: Histogram;
  declare private undo: (() => void)[] | undefined;

  constructor() {
    super('@ballast/instrumentation-http-server', '0.1.0', { enabled: false });
  }

  override _updateMetricInstruments(): void {
    this.duration = durationHistogram(
      this.meter,
      'http.server.request.duration',
      'Duration of HTTP server requests.',
    );
  }

  override init(): undefined {}

  override enable(): void {
    super.enable();
    if (this.undo) return;
    this.undo = [
      replaceEmit(http.Server.prototype, (emit) => this.requestsOf('http', emit)),
      replaceEmit(https.Server.prototype, (emit) => this.requestsOf('https', emit)),
      replaceEmit(http.IncomingMessage.prototype, inOwnContext),
      replaceEmit(http.OutgoingMessage.prototype, inOwnContext),
    ];
  }

  override disable(): void {
    super.disable();
    for (const undo of this.undo?.splice(0) ?? []) undo();
    this.undo = undefined;
  }

  private requestsOf(scheme: string, emit: Emit): Emit {
    const instrumentation = this;
    return function emitRequest(event, ...args) {
      if (event !== 'request') return emit.call(this, event, ...args);
      const [request, response] = args as [Routed, ServerResponse];
      const own = isQuiet(request.url)
        ? suppressTracing(context.active())
        : instrumentation.begin(scheme, request, response);
      setOwnContext(request, own);
      setOwnContext(response, own);
      return context.with(own, emit, this, event, ...args);
    };
  }

  private begin(scheme: string, request: Routed, response: ServerResponse): Context {
    const startedAt = performance.now();
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = this.tracer.startSpan(
      request.method || 'GET',
      { kind: SpanKind.SERVER, attributes: attributesOf(scheme, request) },
      parent,
    );
    const metadata = { type: RPCType.HTTP, span } as const;
    response.once('close', () => this.end(scheme, request, response, metadata, startedAt));
    // Frameworks that are instrumented by others write their route there.
    return setRPCMetadata(trace.setSpan(parent, span), metadata);
  }

  private end(
    scheme: string,
    request: Routed,
    { statusCode }: ServerResponse,
    { span, route = routeOf(request) }: { readonly span: Span; readonly route?: string | undefined },
    startedAt: number,
  ): void {
    span.setAttribute('http.response.status_code', statusCode);
    if (route !== undefined) span.setAttribute('http.route', route);
    if (route) span.updateName(`${request.method || 'GET'} ${route}`);
    const series: Attributes = {
      'http.request.method': methodOf(request.method),
      'url.scheme': scheme,
      'network.protocol.version': request.httpVersion,
      'http.response.status_code': statusCode,
    };
    if (route !== undefined) series['http.route'] = route;
    if (statusCode >= 500) {
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(statusCode));
      series['error.type'] = String(statusCode);
    }
    span.end();
    this.duration.record(secondsSince(startedAt), series);
  }
}

function attributesOf(scheme: string, request: IncomingMessage): Attributes {
  const { headers, socket } = request;
  const method = methodOf(request.method);
  const { address, port } = serverOf(scheme, headers);
  const attributes: Attributes = {
    'http.request.method': method,
    'url.scheme': scheme,
    'server.address': address,
    'server.port': port,
    'network.peer.address': socket.remoteAddress,
    'network.peer.port': socket.remotePort,
    'network.protocol.version': request.httpVersion,
    'user_agent.original': headers['user-agent'],
    'url.path': pathOf(request.url),
    'client.address': clientAddressOf(request),
  };
  if (method !== request.method) attributes['http.request.method_original'] = request.method;
  return attributes;
}

function routeOf({ baseUrl = '', route }: Routed): string | undefined {
  return typeof route?.path === 'string' ? baseUrl + route.path : undefined;
}
