import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultAnswer } from '../../src/index.ts';
import { guarded } from '../../src/testing/guarded.ts';
import { longMs, runs } from './runs.ts';

const arrival = fc.record({
  afterMs: fc.nat(60),
  /** This process stands still for so long, once the call was made. */
  stallMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1500) }),
  deadlineMs: fc.integer({ min: 1, max: 900 }),
  /** What the work does: when it answers, if ever, and how. */
  answersAfterMs: fc.option(fc.nat(700), { nil: undefined }),
  ok: fc.boolean(),
  retryAfterMs: fc.option(fc.nat(500), { nil: undefined }),
});

test(
  'settles every call once, by its deadline, whatever the dependency does',
  async () => {
    const seen = { stalls: 0, throttled: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { maxLength: 40, size: 'max' }),
        fc.boolean(),
        async (arrivals, degrades) => {
          const { guard, clock, events } = guarded(
            {
              deadlineMs: 600,
              attemptTimeoutMs: 200,
              rateLimit: { perSecond: 200, burst: 20 },
              bulkhead: { maxConcurrent: 4, maxQueue: 4 },
              adaptive: { initialLimit: 4, minLimit: 1 },
              retry: { maxAttempts: 3, baseDelayMs: 20 },
              throttle: { enabled: true, minCalls: 5 },
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
          let stalledMs = 0;
          for (const one of arrivals) {
            await clock.advance(one.afterMs);
            const sentAtMs = clock.now();
            const stalledBeforeMs = stalledMs;
            const settle = () => {
              const stallMs = stalledMs - stalledBeforeMs;
              lateMs.push(clock.now() - sentAtMs - Math.min(600, one.deadlineMs) - stallMs);
            };
            guard.call(one, { deadlineMs: one.deadlineMs }).then(settle, settle);
            if (one.stallMs === 0) continue;
            seen.stalls++;
            stalledMs += one.stallMs;
            clock.stall(one.stallMs);
          }
          await clock.advance(700);
          expect(lateMs).toHaveLength(arrivals.length);
          expect(Math.max(0, ...lateMs)).toBeLessThanOrEqual(5);
          expect(guard.snapshot().calls.total).toBe(arrivals.length);
          seen.throttled += events.filter((event) => 'policy' in event && event.policy === 'throttle').length;
        },
      ),
      runs(),
    );
    // Schedules in which neither happens would prove nothing.
    expect(Math.min(seen.stalls, seen.throttled)).toBeGreaterThan(0);
  },
  longMs,
);

const wellArrival = fc.record({
  afterMs: fc.nat(60),
  answersAfterMs: fc.nat(50),
  stallMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5000) }),
  throttle: fc.boolean(),
});

test(
  'blames no stall of this process on a dependency that is well',
  async () => {
    let stalls = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(wellArrival, { maxLength: 60, size: 'max' }), async (arrivals) => {
        const { guard, ask, clock, events } = guarded(
          {
            deadlineMs: 600_000,
            attemptTimeoutMs: 150,
            bulkhead: { maxConcurrent: 100 },
            breaker: { minCalls: 4 },
            throttle: { enabled: true, minCalls: 5 },
          },
          {
            call: (input) =>
              new Promise((resolve) => {
                clock.setTimer(() => resolve('fine'), (input as { answersAfterMs: number }).answersAfterMs);
              }),
          },
        );
        const fates: Promise<string>[] = [];
        for (const one of arrivals) {
          await clock.advance(one.afterMs);
          guard.configure({ throttle: { enabled: one.throttle } });
          fates.push(ask(one));
          if (one.stallMs === 0) continue;
          stalls++;
          clock.stall(one.stallMs);
        }
        await clock.advance(1000);
        expect(new Set(await Promise.all(fates))).toEqual(new Set(arrivals.length > 0 ? ['live'] : []));
        expect(events.filter(({ type }) => type === 'breaker.transition' || type === 'retry')).toEqual([]);
      }),
      runs(),
    );
    expect(stalls).toBeGreaterThan(0);
  },
  longMs,
);
