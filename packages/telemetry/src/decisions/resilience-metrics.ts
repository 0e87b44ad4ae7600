import type { ResilienceEvent } from '@ballast/resilience';
import { secondsHistogram } from '../metrics/histogram.ts';
import { meter } from '../scope.ts';

const msPerSecond = 1000;
/** From just expired to the default `maxStaleMs` of ten minutes. */
const stalenessBucketsS = [1, 5, 15, 30, 60, 120, 300, 600, 1800];

type Count = (event: ResilienceEvent) => void;
let count: Count | undefined;

/** The counters and histograms of every observed dependency: one set per process, with `dependency` as attribute. */
export function countEvents(): Count {
  count ??= createCounters();
  return count;
}

function createCounters(): Count {
  const counter = (name: string, unit: string, description: string) =>
    meter().createCounter(name, { unit, description });
  const calls = counter('resilience.calls', '{call}', 'Guarded calls that ended.');
  const rejections = counter(
    'resilience.rejections',
    '{rejection}',
    'Calls and retries that a policy did not let through.',
  );
  const transitions = counter(
    'resilience.breaker.transitions',
    '{transition}',
    "Changes of a breaker's state.",
  );
  const retries = counter('resilience.retries', '{retry}', 'Attempts after the first.');
  const fallbacks = counter('resilience.fallbacks', '{fallback}', 'Degraded answers that were given.');
  const duration = secondsHistogram(
    'resilience.call.duration',
    'Duration of guarded calls, retries included.',
  );
  const staleness = secondsHistogram(
    'resilience.staleness',
    'Age of cached answers served.',
    stalenessBucketsS,
  );

  return (event) => {
    const { dependency } = event;
    switch (event.type) {
      case 'call.end': {
        const { outcome, source } = event;
        const attributes = { dependency, outcome, ...(source && { source }) };
        calls.add(1, attributes);
        return duration(event.durationMs / msPerSecond, attributes);
      }
      case 'rejected':
        return rejections.add(1, { dependency, policy: event.policy, 'error.type': event.code });
      case 'retry.rejected':
        if (event.reason === 'budget') rejections.add(1, { dependency, policy: 'retry-budget' });
        return;
      case 'retry':
        return retries.add(1, { dependency, reason: event.reason });
      case 'breaker.transition':
        return transitions.add(1, { dependency, from: event.from, to: event.to });
      case 'fallback': {
        const { source, ageMs } = event;
        fallbacks.add(1, { dependency, source, 'error.type': event.errorCode });
        if (ageMs !== undefined) staleness(ageMs / msPerSecond, { dependency });
        return;
      }
    }
  };
}
