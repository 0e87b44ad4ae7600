import { describeLines, sameLines } from './order-lines.ts';
import type { Invariant } from './verdict.ts';

export const reservationsEnd: Invariant = {
  id: 'I6',
  title: 'reservations end, and exactly once',
  count: (_operations, { reservations }) => reservations.length,
  clauses: {
    'they end': (_operations, { reservations }) =>
      reservations
        .filter(({ status }) => status === 'reserved')
        .map(({ orderId }) => `reservation of order ${orderId} still holds stock after the quiet period`),
    'they end once': (_operations, { reservations }) =>
      reservations.flatMap(({ orderId, status, held, sold, returned }) => {
        const ended = [...sold, ...returned];
        if (status === 'reserved' || sameLines(held, ended)) return [];
        return [
          `reservation of order ${orderId} booked ${describeLines(held)} and ended with ${describeLines(ended)}`,
        ];
      }),
  },
};
