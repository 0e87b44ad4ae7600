import { checkOptions, hasMethods, oneOf, type Rules, text } from '@ballast/resilience/primitives';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import {
  type DestinationStream,
  type LevelWithSilent,
  type LogFn,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  stdTimeFunctions,
} from 'pino';
import { hasSdk } from '../scope.ts';
import { exportingLines } from './log-export.ts';
import { guardedStream, logFile, standardOutput } from './log-output.ts';
import { isError, safeArgument, safeRecord, safeValue } from './safe-record.ts';

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
    // They are described already, together with everything else of a record.
    serializers: { err: asItIs, error: asItIs },
    hooks: { logMethod: logSafely },
    mixin: activeTraceIds,
  };
  return withSafeBindings(pino(pinoOptions, hasSdk() ? exportingLines(destination) : destination));
}

/** Children of the logger inherit these, and pino has no hook for them. */
function withSafeBindings(logger: Logger): Logger {
  const { child, setBindings } = logger;
  logger.child = function safeChild(this: Logger, bindings: object, options: object) {
    return child.call(this, safeRecord(bindings), options);
  } as Logger['child'];
  logger.setBindings = function setSafeBindings(this: Logger, bindings) {
    setBindings.call(this, safeRecord(bindings));
  };
  return logger;
}

function outputOf({ service, destination }: LoggerOptions): DestinationStream {
  if (destination === undefined) return standardOutput(service);
  return typeof destination === 'string' ? logFile(destination, service) : guardedStream(destination);
}

const asItIs = (value: unknown): unknown => value;

/** Copies what is logged before pino looks at it, as a getter of a record must not throw into the caller. */
function logSafely(this: Logger, [first, ...rest]: unknown[], log: LogFn): void {
  const record = safeArgument(first);
  // As pino does it for an error.
  const isAlone = rest.length === 0 && isError(first);
  const others = isAlone ? [(record as { err: Error }).err.message] : rest.map(safeValue);
  log.apply(this, [record, ...others] as Parameters<LogFn>);
}

function activeTraceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}
