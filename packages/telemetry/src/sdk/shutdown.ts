let stop: () => Promise<unknown> = async () => {};

export function onTelemetryShutdown(action: () => Promise<unknown>): void {
  stop = action;
}

/**
 * Exports what is queued, and gives up after `timeoutMs`: a dead collector must not delay a stop.
 * Without an SDK it resolves at once.
 */
export async function shutdownTelemetry(timeoutMs = 2000): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([stop().catch(() => {}), promise]);
  clearTimeout(timer);
}
