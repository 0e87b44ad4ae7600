import type { Toxic } from '../toxic.ts';

/** Delays all data by `latencyMs`, give or take `jitterMs`. Throughput stays: what arrived together leaves together. */
export function latency({ latencyMs, jitterMs = 0 }: { latencyMs: number; jitterMs?: number }): Toxic {
  return {
    type: 'latency',
    attach: (stream) => ({
      async *pass(bytes) {
        const delayMs = latencyMs + jitterMs * (2 * stream.random() - 1);
        await stream.wait(bytes.arrivedAt + delayMs - stream.now());
        yield bytes;
      },
    }),
  };
}
