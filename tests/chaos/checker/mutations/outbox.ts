import type { FinalState } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { change, confirmedOrder, first } from './edit.ts';

export function outboxState(run: Run, state: 'waiting' | 'parked'): Run {
  return change(run, {
    outbox: run.state.outbox.map((row, index) => (index === 0 ? { ...row, state } : row)),
  });
}

export function withoutEvent(run: Run): Run {
  const { id } = confirmedOrder(run);
  const keeps = (row: FinalState['outbox'][number]) => row.orderId !== id || row.kind !== 'order-confirmed';
  return change(run, {
    outbox: run.state.outbox.filter(keeps),
    purchases: run.state.purchases.filter(({ orderId }) => orderId !== id),
  });
}

export function strayPurchase(run: Run): Run {
  const { id } = confirmedOrder(run);
  const stray = first(run.state.purchases, ({ orderId }) => orderId === id);
  return change(run, {
    purchases: [...run.state.purchases, { ...stray, orderId: 'somebody else' }],
  });
}

export function lostEvent(run: Run): Run {
  const { id } = confirmedOrder(run);
  return change(run, { purchases: run.state.purchases.filter(({ orderId }) => orderId !== id) });
}

export function appliedTwice(run: Run): Run {
  return change(run, {
    purchases: run.state.purchases.map((row, index) => (index === 0 ? { ...row, times: 2 } : row)),
  });
}

export function countedTwice(run: Run): Run {
  return change(run, {
    popularity: run.state.popularity.map((row) => ({ ...row, counted: row.counted + 1 })),
  });
}

export function amplify(run: Run): Run {
  return change(run, { traffic: run.state.traffic.map((edge) => ({ ...edge, attempts: edge.calls * 2 })) });
}

export function retryEveryCall(run: Run): Run {
  return change(run, { traffic: run.state.traffic.map((edge) => ({ ...edge, retries: edge.calls })) });
}
