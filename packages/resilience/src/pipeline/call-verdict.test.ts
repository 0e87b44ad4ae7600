import { expect, test } from 'vitest';
import type { Call } from './call.ts';
import { callVerdict, isCutShort, isSlow } from './call-verdict.ts';
import type { Outcome } from './outcome.ts';

const atDeadline: Outcome = { kind: 'timeout', code: 'E_DEADLINE', limitMs: 300 };
const cancelled: Outcome = { kind: 'cancelled', reason: undefined };
const timedOut: Outcome = { kind: 'timeout', code: 'E_ATTEMPT_TIMEOUT', limitMs: 80 };
const answered: Outcome = { kind: 'success', value: 'late' };

// resilience4j#682: a cancelled call must not weigh more than the slow answer that it did not wait for.
test.each([
  {
    title: 'a deadline that came soon says nothing',
    outcome: atDeadline,
    attemptMs: 99,
    says: ['neutral', false],
  },
  {
    title: 'a deadline met while slow is a slow call',
    outcome: atDeadline,
    attemptMs: 100,
    says: ['neutral', true],
  },
  {
    title: 'a caller who left soon says nothing',
    outcome: cancelled,
    attemptMs: 99,
    says: ['neutral', false],
  },
  {
    title: 'a cancel met while slow is a slow call',
    outcome: cancelled,
    attemptMs: 100,
    says: ['neutral', true],
  },
  {
    title: 'an attempt timeout is a failure, however short',
    outcome: timedOut,
    attemptMs: 80,
    says: ['failure', false],
  },
  {
    title: 'a slow answer is a success and a slow call',
    outcome: answered,
    attemptMs: 100,
    says: ['success', true],
  },
])('$title', ({ outcome, attemptMs, says }) => {
  const call = { outcome, attemptMs } as Call;
  expect([callVerdict(call), isSlow(call, 100)]).toEqual(says);
  expect(isCutShort(outcome)).toBe(outcome === atDeadline || outcome === cancelled);
});
