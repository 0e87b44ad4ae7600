import { isSpanContextValid, trace } from '@opentelemetry/api';
import {
  type DestinationStream,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  destination as standardOutput,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { hasSdk } from '../scope.ts';
import { exportingLines } from './log-export.ts';

export type { Logger };

export interface LoggerOptions {
  /** Name of the service, on every line. */
  service: string;
  /** Least severe level written. @default 'info' */
  level?: string;
  /** Where lines go. @default standard output */
  destination?: DestinationStream;
}

/** Values under these keys never leave the process, down to three levels deep. */
export const redactedKeys = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];

/**
 * A pino logger whose lines carry `trace_id` and `span_id` of the active span, with secrets censored. With an SDK
 * registered each line is exported over OTLP too.
 */
export function createLogger({
  service,
  level = 'info',
  destination = standardOutput(1),
}: LoggerOptions): Logger {
  const options: PinoOptions = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: redactedPaths(), censor: '[redacted]' },
    mixin: activeTraceIds,
  };
  return pino(options, hasSdk() ? exportingLines(destination) : destination);
}

function redactedPaths(): string[] {
  return redactedKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
}

function activeTraceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
