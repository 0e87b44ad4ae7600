import type { Toxic } from '../toxic.ts';

/** Keeps the connection open for `delayMs` after one side has closed it. */
export function slowClose({ delayMs }: { delayMs: number }): Toxic {
  return { type: 'slow_close', attach: (stream) => ({ beforeEnd: () => stream.wait(delayMs) }) };
}
