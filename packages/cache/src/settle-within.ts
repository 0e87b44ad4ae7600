import type { Clock } from './clock.ts';

export type Settled<T> =
  | { kind: 'done'; value: T }
  | { kind: 'failed'; error: unknown }
  | { kind: 'timeout' };

/** Waits no longer than `timeoutMs` and never rejects; a work that comes too late is ignored, not left unhandled. */
export function settleWithin<T>(work: Promise<T>, timeoutMs: number, clock: Clock): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(() => resolve({ kind: 'timeout' }), timeoutMs);
    work.then(
      (value) => {
        cancel();
        resolve({ kind: 'done', value });
      },
      (error) => {
        cancel();
        resolve({ kind: 'failed', error });
      },
    );
  });
}
