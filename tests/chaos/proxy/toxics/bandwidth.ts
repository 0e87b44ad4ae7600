import type { Toxic } from '../toxic.ts';

const sliceBytes = 1024;

/** Lets `rateKBps` kilobytes pass per second. */
export function bandwidth({ rateKBps }: { rateKBps: number }): Toxic {
  return {
    type: 'bandwidth',
    attach: (stream) => ({
      async *pass({ data, arrivedAt }) {
        for (let start = 0; start < data.length; start += sliceBytes) {
          const slice = data.subarray(start, start + sliceBytes);
          await stream.wait(slice.length / rateKBps);
          yield { data: slice, arrivedAt };
        }
      },
    }),
  };
}
