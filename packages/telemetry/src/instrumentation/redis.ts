import { tracingChannel } from 'node:diagnostics_channel';
import { context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { tracer } from '../scope.ts';
import { markFailed } from '../traces/failed-span.ts';

/**
 * What is read of a command that ioredis 6 publishes; its arguments stay out of the span, since keys may name people.
 */
interface RedisCommand {
  readonly command: string;
  readonly error?: unknown;
  span?: Span;
}

/** Makes a client span per Redis command inside a trace, from the tracing channel of ioredis. */
export function traceRedis(): void {
  const commandTracer = tracer();
  tracingChannel('ioredis:command').subscribe({
    start: (message) => begin(message as RedisCommand, commandTracer),
    end: () => {},
    asyncStart: () => {},
    error: (message) => fail(message as RedisCommand),
    asyncEnd: (message) => (message as RedisCommand).span?.end(),
  });
}

function begin(command: RedisCommand, commandTracer: Tracer): void {
  const active = context.active();
  if (!trace.getSpan(active)) return;
  const name = command.command.toUpperCase();
  const attributes = { 'db.system.name': 'redis', 'db.operation.name': name };
  command.span = commandTracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
}

function fail({ span, error }: RedisCommand): void {
  if (span) markFailed(span, error);
}
