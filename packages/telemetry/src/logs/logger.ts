import { checkOptions, oneOf, type Rules, text, withMethods } from '@ballast/resilience/primitives';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import {
  type DestinationStream,
  type LevelWithSilent,
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
  readonly service: string;
  /** Least severe level written: trace, debug, info, warn, error, fatal, or silent for none. @default 'info' */
  readonly level?: LevelWithSilent | undefined;
  /** Where lines go. @default standard output */
  readonly destination?: DestinationStream | undefined;
}

const rules: Rules = {
  service: text,
  level: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  destination: withMethods('a stream with a write method', 'write'),
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
  const { service, level = 'info', destination = standardOutput(1) } = options;
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

function redactedPaths(): string[] {
  return redactedKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
}

function activeTraceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
