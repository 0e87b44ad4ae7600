import { expect, test } from 'vitest';
import type { Call } from './call.ts';
import { callVerdict } from './call-verdict.ts';
import type { Outcome } from './outcome.ts';

const atDeadline: Outcome = { kind: 'timeout', code: 'E_DEADLINE', limitMs: 300 };
const cancelled: Outcome = { kind: 'cancelled', reason: undefined };
const timedOut: Outcome = { kind: 'timeout', code: 'E_ATTEMPT_TIMEOUT', limitMs: 80 };
const answered: Outcome = { kind: 'success', value: 'late' };

test.each([
  {
    title: 'says nothing for a deadline that came soon',
    outcome: atDeadline,
    tookMs: 99,
    verdict: 'neutral',
  },
  { title: 'blames a deadline met while slow', outcome: atDeadline, tookMs: 100, verdict: 'failure' },
  { title: 'says nothing for a caller who left soon', outcome: cancelled, tookMs: 99, verdict: 'neutral' },
  { title: 'blames a cancel met while slow', outcome: cancelled, tookMs: 100, verdict: 'failure' },
  { title: 'blames an attempt timeout, however short', outcome: timedOut, tookMs: 80, verdict: 'failure' },
  { title: 'counts an answer as a success, though slow', outcome: answered, tookMs: 100, verdict: 'success' },
])('$title', ({ outcome, tookMs, verdict }) => {
  const call = { outcome, attemptStartedAtMs: 5000, nowMs: 5000 + tookMs } as Call;
  expect(callVerdict(call, 100)).toBe(verdict);
});
