import { logs, SeverityNumber } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';

const severities: Record<string, SeverityNumber> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/**
 * Sends each line on to OTLP as well. The written line is parsed, not the logged object taken: only the line is
 * redacted for certain.
 */
export function exportingLines(destination: DestinationStream): DestinationStream {
  const logger = logs.getLogger('@ballast/telemetry');
  return {
    write(line: string) {
      destination.write(line);
      // The SDK takes trace and resource from where it stands, so what repeats them is left out.
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
