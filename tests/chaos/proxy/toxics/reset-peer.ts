import type { Toxic } from '../toxic.ts';

/** Resets the connection (RST) `timeoutMs` after data arrives on it. */
export function resetPeer({ timeoutMs = 0 }: { timeoutMs?: number } = {}): Toxic {
  return {
    type: 'reset_peer',
    attach: (stream) => ({
      // biome-ignore lint/correctness/useYield: nothing passes
      async *pass() {
        await stream.wait(timeoutMs);
        stream.reset();
      },
    }),
  };
}
