import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';

export type { Logger };

export interface LoggerOptions {
  /** Name of the service, on every line. */
  service: string;
  /** Least severe level written. @default 'info' */
  level?: string;
  /** Where lines go. @default standard output */
  destination?: DestinationStream;
}

/** Values under these keys never leave the process, two levels deep. */
export const REDACTED_KEYS = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];

/** A pino logger whose lines carry `trace_id` and `span_id` of the active span, with secrets censored. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: redactedPaths(), censor: '[redacted]' },
    mixin: activeTraceIds,
  };
  return destination ? pino(options, destination) : pino(options);
}

function redactedPaths(): string[] {
  return REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
}

function activeTraceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
