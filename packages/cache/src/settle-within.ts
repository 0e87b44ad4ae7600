import type { Clock } from './clock.ts';

export type Settled<T> =
  | { kind: 'done'; value: T }
  | { kind: 'failed'; error: unknown }
  | { kind: 'timeout' };

/** Waits no longer than `timeoutMs` and never rejects; a work that comes too late is ignored, not left unhandled. */
export function settleWithin<T>(work: Promise<T>, timeoutMs: number, clock: Clock): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve({ kind: 'timeout' }), timeoutMs, 'background');
    work.then(
      (value) => {
        timer.cancel();
        resolve({ kind: 'done', value });
      },
      (error) => {
        timer.cancel();
        resolve({ kind: 'failed', error });
      },
    );
  });
}
