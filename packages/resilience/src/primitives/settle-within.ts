import type { Clock } from './clock.ts';

export type Settled<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timeout' };

/**
 * Waits for `work` no longer than `timeoutMs`, and never rejects. What comes too late is ignored and never an unhandled
 * rejection; the work itself goes on, so hand it a signal if it can stop. A `background` wait does not keep the process
 * alive.
 */
export function settleWithin<T>(
  work: PromiseLike<T>,
  timeoutMs: number,
  clock: Clock,
  kind: 'foreground' | 'background' = 'foreground',
): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const expire = () => resolve({ kind: 'timeout' });
    // A process that was stalled runs its timers before it reads what has come in, so the loop gets one more turn.
    let timer = clock.setTimer(
      () => {
        timer = clock.setTimer(expire, 0, kind);
      },
      timeoutMs,
      kind,
    );
    const settle = (settled: Settled<T>): void => {
      timer.cancel();
      resolve(settled);
    };
    const fail = (error: unknown) => settle({ kind: 'failed', error });
    try {
      work.then((value) => settle({ kind: 'done', value }), fail);
    } catch (error) {
      fail(error);
    }
  });
}
