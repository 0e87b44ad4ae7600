import type { Rejection } from '../pipeline/outcome.ts';
import type { BreakerSettings, OpenedBy } from './breaker-settings.ts';

const breakerRejection = { code: 'E_BREAKER_OPEN', policy: 'breaker' } as const;

/** The breaker is open, because the setting `openedBy` was reached. */
export function openRejection(
  settings: BreakerSettings,
  openedBy: OpenedBy,
  retryAfterMs: number,
): Rejection {
  const option = `breaker.${openedBy}`;
  const detail = 'the circuit breaker is open';
  return { ...breakerRejection, detail, limit: settings[openedBy], option, retryAfterMs };
}

/** The breaker is half-open, and this call is not one of those that find out whether the dependency is back. */
export function halfOpenRejection({ probes, rampStageMs }: BreakerSettings): Rejection {
  const detail = 'the circuit breaker is half-open';
  return {
    ...breakerRejection,
    detail,
    limit: probes,
    option: 'breaker.probes',
    retryAfterMs: rampStageMs,
  };
}

export const isolatedRejection: Rejection = {
  ...breakerRejection,
  detail: 'isolated by hand',
  limit: 1,
  option: 'breaker.isolated',
  retryAfterMs: undefined,
};
