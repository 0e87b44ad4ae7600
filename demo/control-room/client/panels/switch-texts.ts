import type { ProtectionName } from '@ballast/service-kit/protections';
import type { featureFlags } from '../../../stage/switch-names.ts';

export interface SwitchText {
  readonly name: string;
  readonly hint: string;
}

/** In the order of the page. */
export const protectionTexts: Readonly<Record<ProtectionName, SwitchText>> = {
  breaker: { name: 'Circuit breaker', hint: 'without: every call waits for a dead service' },
  bulkhead: { name: 'Bulkhead', hint: 'without: one slow dependency takes all the room' },
  'retry-budget': { name: 'Retry budget', hint: 'without: retries multiply the load' },
  timeouts: { name: 'Attempt timeouts', hint: 'without: a hung call waits until the deadline' },
  fallback: { name: 'Degraded answers', hint: 'without: an optional error fails the order' },
  cache: { name: 'Cache', hint: 'without: a default instead of the last answer' },
  shedding: { name: 'Load shedding', hint: 'without: every request waits in one queue, and all are late' },
  deadline: { name: 'Deadlines', hint: 'without: work goes on for callers who have left' },
};

export const featureTexts: Readonly<Record<(typeof featureFlags)[number], SwitchText>> = {
  'feature.recommendations': { name: 'Recommendations', hint: 'off: orders go on without asking for them' },
};
