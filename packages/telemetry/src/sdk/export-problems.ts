import { DiagLogLevel, diag } from '@opentelemetry/api';
import { createLogger } from '../logs/logger.ts';

const quietMs = 30_000;

/**
 * Reports trouble of the exporters, at most once in half a minute: a dead collector fails every second and must not
 * fill the log of a service that is fine. What was dropped is counted by the SDK's own metrics.
 */
export function reportExportProblems(service: string, now: () => number = Date.now): void {
  const logger = createLogger({ service, level: 'warn' });
  let quietUntil = 0;
  let suppressed = 0;
  const report = (message: string) => {
    if (now() < quietUntil) {
      suppressed += 1;
      return;
    }
    logger.warn(
      { suppressed, cause: message },
      'telemetry export is failing; spans and logs are dropped when the queue is full',
    );
    quietUntil = now() + quietMs;
    suppressed = 0;
  };
  const ignore = () => {};
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  );
}
