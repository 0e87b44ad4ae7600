import type { Refusal } from '../pipeline/outcome.ts';
import type { BreakerSettings } from './breaker-settings.ts';
import type { Recovery } from './recovery.ts';

/** The identity of a state object is its generation: what a call learned under an earlier one no longer counts. */
export type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number; readonly by: 'failureRatio' | 'slowRatio' }
  | { readonly kind: 'half-open'; readonly recovery: Recovery }
  | { readonly kind: 'isolated' };

/** What a call is told that a state does not let through. */
export function refusalIn(state: State, settings: BreakerSettings, nowMs: number): Refusal {
  const base = { code: 'E_BREAKER_OPEN', policy: 'breaker' } as const;
  if (state.kind === 'open') {
    const retryAfterMs = Math.max(0, Math.ceil(state.untilMs - nowMs));
    const option = `breaker.${state.by}`;
    return {
      ...base,
      detail: 'the circuit breaker is open',
      limit: settings[state.by],
      option,
      retryAfterMs,
    };
  }
  if (state.kind === 'isolated') {
    return {
      ...base,
      detail: 'isolated by hand',
      limit: 1,
      option: 'breaker.isolated',
      retryAfterMs: undefined,
    };
  }
  const { probes, rampStageMs } = settings;
  const detail = 'the circuit breaker is half-open';
  return { ...base, detail, limit: probes, option: 'breaker.probes', retryAfterMs: rampStageMs };
}
