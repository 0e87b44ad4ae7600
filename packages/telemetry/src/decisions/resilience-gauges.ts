import { metrics, type Observable } from '@opentelemetry/api';

/** The part of a dependency's snapshot that becomes gauges. */
export interface DependencyState {
  readonly policies: {
    readonly breaker?: { readonly state: string };
    readonly bulkhead?: { readonly inFlight: number; readonly limit: number; readonly queued: number };
    readonly retry?: { readonly budgetAvailable: number };
  };
}

interface Watched {
  readonly name: string;
  snapshot(): DependencyState;
}

/** How `resilience.breaker.state` reads; docs/patterns/observability.md repeats it. */
export const breakerStateValues: Record<string, number> = {
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
  const meter = metrics.getMeter('@ballast/telemetry');
  const gauge = (name: string) => meter.createObservableGauge(name);
  const state = gauge('resilience.breaker.state');
  const inFlight = gauge('resilience.bulkhead.in_flight');
  const limit = gauge('resilience.bulkhead.limit');
  const queued = gauge('resilience.bulkhead.queued');
  const budget = gauge('resilience.retry_budget.available');

  meter.addBatchObservableCallback(
    (result) => {
      for (const dependency of watched) {
        const { breaker, bulkhead, retry } = dependency.snapshot().policies;
        const observe = (of: Observable, value: number | undefined) => {
          if (value !== undefined) result.observe(of, value, { dependency: dependency.name });
        };
        observe(state, breaker && breakerStateValues[breaker.state]);
        observe(inFlight, bulkhead?.inFlight);
        observe(limit, bulkhead?.limit);
        observe(queued, bulkhead?.queued);
        observe(budget, retry?.budgetAvailable);
      }
    },
    [state, inFlight, limit, queued, budget],
  );
}
