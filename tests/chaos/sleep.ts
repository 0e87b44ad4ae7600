import type { Clock } from '@ballast/resilience/primitives';

/** Resolves after `ms` on that clock, or as soon as the signal is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      timer.cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.setTimer(wake, Math.max(0, ms));
    signal?.addEventListener('abort', wake);
  });
}
