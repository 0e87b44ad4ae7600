import type { Toxic } from '../toxic.ts';

/** Cuts data into pieces of `averageSize` bytes, give or take `sizeVariation`, with `delayMs` between them. */
export function slicer(options: { averageSize: number; sizeVariation?: number; delayMs?: number }): Toxic {
  const { averageSize, sizeVariation = 0, delayMs = 0 } = options;
  if (averageSize - sizeVariation < 1) throw new RangeError('slicer: a slice needs at least one byte');
  return {
    type: 'slicer',
    attach: (stream) => ({
      async *pass({ data, arrivedAt }) {
        for (let start = 0; start < data.length; ) {
          const size = Math.round(averageSize + sizeVariation * (2 * stream.random() - 1));
          yield { data: data.subarray(start, start + size), arrivedAt };
          start += size;
          if (start < data.length) await stream.wait(delayMs);
        }
      },
    }),
  };
}
