import { tracingChannel } from 'node:diagnostics_channel';
import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';

/** What ioredis 6 publishes of a command; its arguments stay out of the span, keys may name people. */
interface RedisCommand {
  command: string;
  serverAddress?: string;
  serverPort?: number;
  error?: Error & { code?: string };
  span?: Span;
}

/** A client span per Redis command sent inside a trace, from ioredis' own tracing channel. */
export function traceRedis(): void {
  const tracer = trace.getTracer('@ballast/telemetry');
  tracingChannel('ioredis:command').subscribe({
    start: (message) => begin(message as RedisCommand, tracer),
    end: () => {},
    asyncStart: () => {},
    error: (message) => fail(message as RedisCommand),
    asyncEnd: (message) => (message as RedisCommand).span?.end(),
  });
}

function begin(command: RedisCommand, tracer: Tracer): void {
  const active = context.active();
  if (!trace.getSpan(active)) return;
  const name = command.command.toUpperCase();
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': name };
  command.span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
}

function fail({ span, error }: RedisCommand): void {
  span?.setAttribute('error.type', error?.code ?? error?.name ?? 'unknown');
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? '' });
}
