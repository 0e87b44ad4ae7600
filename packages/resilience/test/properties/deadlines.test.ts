import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultAnswer } from '../../src/index.ts';
import { guarded } from '../../src/testing/guarded.ts';
import { longMs, runs } from './runs.ts';

const arrival = fc.record({
  afterMs: fc.nat(60),
  deadlineMs: fc.integer({ min: 1, max: 900 }),
  /** What the work does: when it answers, if ever, and how. */
  answersAfterMs: fc.option(fc.nat(700), { nil: undefined }),
  ok: fc.boolean(),
  retryAfterMs: fc.option(fc.nat(500), { nil: undefined }),
});

test(
  'settles every call once, by its deadline, whatever the dependency does',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { maxLength: 40, size: 'max' }),
        fc.boolean(),
        async (arrivals, degrades) => {
          const { guard, clock } = guarded(
            {
              deadlineMs: 600,
              attemptTimeoutMs: 200,
              rateLimit: { perSecond: 200, burst: 20 },
              bulkhead: { maxConcurrent: 4, maxQueue: 4 },
              adaptive: { initialLimit: 4, minLimit: 1 },
              retry: { maxAttempts: 3, baseDelayMs: 20 },
              throttle: {},
              hedge: { minCalls: 1 },
              breaker: { minCalls: 4, openMs: 100 },
            },
            {
              degrade: degrades ? [defaultAnswer(() => 'popular')] : [],
              call: (input) => {
                const { answersAfterMs, ok, retryAfterMs } = input as (typeof arrivals)[number];
                return new Promise((resolve, reject) => {
                  if (answersAfterMs === undefined) return;
                  const error = Object.assign(new Error('broken'), { retryAfterMs });
                  clock.setTimer(() => (ok ? resolve('fine') : reject(error)), answersAfterMs);
                });
              },
            },
          );
          const lateMs: number[] = [];
          for (const one of arrivals) {
            await clock.advance(one.afterMs);
            const sentAtMs = clock.now();
            const settle = () => lateMs.push(clock.now() - sentAtMs - Math.min(600, one.deadlineMs));
            guard.call(one, { deadlineMs: one.deadlineMs }).then(settle, settle);
          }
          await clock.advance(700);
          expect(lateMs).toHaveLength(arrivals.length);
          expect(Math.max(0, ...lateMs)).toBeLessThanOrEqual(5);
          expect(guard.snapshot().calls.total).toBe(arrivals.length);
        },
      ),
      runs(),
    ),
  longMs,
);
