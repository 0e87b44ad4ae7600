import { type Clock, systemClock } from '@ballast/resilience/primitives';
import { DiagLogLevel, diag } from '@opentelemetry/api';

const quietMs = 30_000;

interface WarningLogger {
  warn(fields: object, message: string): void;
}

/**
 * Reports trouble of the exporters, at most once in half a minute: the export to a collector that is away fails every
 * second and must not fill the log of a healthy service. The SDK's own metrics count what was dropped.
 */
export function reportExportProblems(logger: WarningLogger, clock: Clock = systemClock): void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let suppressed = 0;
  const report = (message: string) => {
    if (clock.now() < quietUntilMs) {
      suppressed += 1;
      return;
    }
    logger.warn(
      { suppressed, cause: message },
      'telemetry export is failing; spans and logs are dropped when the queue is full',
    );
    quietUntilMs = clock.now() + quietMs;
    suppressed = 0;
  };
  const ignore = () => {};
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  );
}
