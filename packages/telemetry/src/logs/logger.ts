import { checkOptions, hasMethods, oneOf, type Rules, text } from '@ballast/resilience/primitives';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import {
  type DestinationStream,
  type LevelWithSilent,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { hasSdk } from '../scope.ts';
import { exportingLines } from './log-export.ts';
import { guardedStream, logFile, standardOutput } from './log-output.ts';

export type { Logger };

export interface LoggerOptions {
  /** Name of the service, on every line. */
  readonly service: string;
  /** Least severe level written: trace, debug, info, warn, error, fatal, or silent for none. @default 'info' */
  readonly level?: LevelWithSilent | undefined;
  /** Where lines go: the path of a file, or a stream. @default standard output */
  readonly destination?: string | DestinationStream | undefined;
}

const rules: Rules = {
  service: text,
  level: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  destination: {
    expected: 'a path or a stream with a write method',
    accepts: (value) => (typeof value === 'string' ? value !== '' : hasMethods(value, ['write'])),
  },
};

/** Values under these keys never leave the process, down to three levels deep. */
export const redactedKeys: readonly string[] = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'connectionString',
];

/**
 * A pino logger whose lines carry `trace_id` and `span_id` of the active span, with secrets censored. With an SDK
 * registered each line is exported over OTLP too.
 *
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 */
export function createLogger(options: LoggerOptions): Logger {
  checkOptions('createLogger', options, rules, ['service']);
  const { service, level = 'info' } = options;
  const destination = outputOf(options);
  const pinoOptions: PinoOptions = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: redactedPaths(), censor: '[redacted]' },
    mixin: activeTraceIds,
  };
  return pino(pinoOptions, hasSdk() ? exportingLines(destination) : destination);
}

function outputOf({ service, destination }: LoggerOptions): DestinationStream {
  if (destination === undefined) return standardOutput(service);
  return typeof destination === 'string' ? logFile(destination, service) : guardedStream(destination);
}

function redactedPaths(): string[] {
  return redactedKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
}

function activeTraceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
