import type { Toxic } from '../toxic.ts';

/** Closes the connection after `bytes` bytes: a truncated answer. */
export function limitData({ bytes: limit }: { bytes: number }): Toxic {
  return {
    type: 'limit_data',
    attach(stream) {
      let left = limit;
      return {
        async *pass({ data, arrivedAt }) {
          const passing = data.subarray(0, left);
          left -= passing.length;
          if (passing.length > 0) yield { data: passing, arrivedAt };
          if (left === 0) stream.close();
        },
      };
    },
  };
}
