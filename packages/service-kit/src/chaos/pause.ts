import type { Clock } from '@ballast/resilience/primitives';

interface Pause {
  readonly clock: Clock;
  /** Ends the pause. */
  readonly signal: AbortSignal;
  /** A `background` pause does not keep the process alive. */
  readonly kind: 'foreground' | 'background';
}

/** Resolves after `delayMs`, or as soon as the signal is aborted. */
export function pause(delayMs: number, { clock, signal, kind }: Pause): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, delayMs, kind);
    signal.addEventListener('abort', end, { once: true });
  });
}
