import {
  aClock,
  between,
  checkArgument,
  longestTimerMs,
  settleWithin,
  systemClock,
} from '@ballast/resilience/primitives';

let stop: () => Promise<unknown> = async () => {};

export function onTelemetryShutdown(action: () => Promise<unknown>): void {
  stop = action;
}

/**
 * Exports what is queued, and gives up after `timeoutMs`: a collector that is away must not delay the stop of a
 * service. Without an SDK it resolves at once.
 *
 * @throws {InvalidOptionError} when an argument makes no sense
 */
export async function shutdownTelemetry(timeoutMs = 2000, clock = systemClock): Promise<void> {
  checkArgument('shutdownTelemetry', 'timeoutMs', timeoutMs, between(0, longestTimerMs));
  checkArgument('shutdownTelemetry', 'clock', clock, aClock);
  await settleWithin(stop(), timeoutMs, clock);
}
