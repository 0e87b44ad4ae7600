import { logs, SeverityNumber } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';
import { scopeName } from '../scope.ts';

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/**
 * Sends each line to OTLP as well. It parses the written line instead of taking the logged object, because only the
 * line is certain to be redacted.
 */
export function exportingLines(destination: DestinationStream): DestinationStream {
  const logger = logs.getLogger(scopeName);
  return {
    write(line: string) {
      destination.write(line);
      // The SDK adds the active trace and the resource itself, so the fields that repeat them are left out.
      const { level, time, msg, service, trace_id, span_id, ...attributes } = JSON.parse(line);
      logger.emit({
        timestamp: new Date(time),
        severityNumber: severities[level] ?? SeverityNumber.UNSPECIFIED,
        severityText: level,
        body: msg,
        attributes,
      });
    },
  };
}
