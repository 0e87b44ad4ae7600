import type { BreakerState, Dependency } from '@ballast/resilience';
import type { Observable } from '@opentelemetry/api';
import { meter } from '../scope.ts';

type Watched = Pick<Dependency<never, unknown>, 'name' | 'snapshot'>;

/** How `resilience.breaker.state` reads. */
const breakerStateValues: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  'half-open': 1,
  open: 2,
  isolated: 3,
};

const watched = new Set<Watched>();
let isRegistered = false;

/** Reads the dependency's state at each export: a gauge costs a call nothing. */
export function watchState(dependency: Watched): () => void {
  watched.add(dependency);
  if (!isRegistered) registerGauges();
  isRegistered = true;
  return () => watched.delete(dependency);
}

function registerGauges(): void {
  const gauges = meter();
  const gauge = (name: string, unit: string, description: string) =>
    gauges.createObservableGauge(name, { unit, description });
  const state = gauge(
    'resilience.breaker.state',
    '{state}',
    'State of a breaker: 0 closed, 1 half-open, 2 open, 3 isolated.',
  );
  const inFlight = gauge('resilience.bulkhead.in_flight', '{call}', 'Calls that hold a permit.');
  const limit = gauge('resilience.bulkhead.limit', '{call}', 'Calls that may hold a permit at once.');
  const queued = gauge('resilience.bulkhead.queued', '{call}', 'Calls that wait for a permit.');
  const budget = gauge(
    'resilience.retry_budget.available',
    '{retry}',
    'Retries and hedges that the budget still allows.',
  );

  gauges.addBatchObservableCallback(
    (result) => {
      for (const dependency of watched) {
        const { breaker, bulkhead, retry } = dependency.snapshot().policies;
        const observe = (of: Observable, value: number) =>
          result.observe(of, value, { dependency: dependency.name });
        observe(state, breakerStateValues[breaker.state]);
        observe(inFlight, bulkhead.inFlight);
        observe(limit, bulkhead.limit);
        observe(queued, bulkhead.queued);
        observe(budget, retry.budgetAvailable);
      }
    },
    [state, inFlight, limit, queued, budget],
  );
}
