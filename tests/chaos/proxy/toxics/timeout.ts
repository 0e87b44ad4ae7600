import type { Toxic } from '../toxic.ts';

const forever = 2 ** 31 - 1;

/** Drops all data, and closes the connection after `timeoutMs`; 0 never closes it, so no answer ever comes. */
export function timeout({ timeoutMs }: { timeoutMs: number }): Toxic {
  return {
    type: 'timeout',
    attach(stream) {
      if (timeoutMs > 0) stream.wait(timeoutMs).then(stream.close);
      return { async *pass() {}, beforeEnd: () => stream.wait(forever) };
    },
  };
}
