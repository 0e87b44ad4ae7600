import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guarded } from '../../src/testing/guarded.ts';
import { longMs, runs } from './runs.ts';

const windowMs = 1000;
const bucketMs = windowMs / 10;

const burst = fc.record({
  afterMs: fc.nat(900),
  calls: fc.integer({ min: 1, max: 30 }),
  fails: fc.boolean(),
});

test(
  'never asks again more often than what was sent allows, in any window, the breaker open or not',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(burst, { maxLength: 12, size: 'max' }),
        fc.boolean(),
        fc.record({ ratio: fc.double({ min: 0, max: 0.5, noNaN: true }), minRetries: fc.nat(5) }),
        async (bursts, breaks, budget) => {
          let fails = false;
          const requests: number[] = [];
          const retries: number[] = [];
          const bucketOf = (atMs: number) => Math.floor(atMs / bucketMs);
          const { ask, clock, guard } = guarded(
            {
              deadlineMs: 60_000,
              bulkhead: { enabled: false },
              breaker: { enabled: breaks, minCalls: 5, openMs: 300, probes: 1 },
              hedge: { minCalls: 1, minDelayMs: 0 },
              retry: { maxAttempts: 3, baseDelayMs: 100, budget: { ...budget, windowMs } },
            },
            {
              call: (_, { attempt }) => {
                if (attempt === 1) requests.push(bucketOf(clock.now()));
                else retries.push(bucketOf(clock.now()));
                return fails
                  ? Promise.reject(new Error('broken'))
                  : new Promise((resolve) => clock.setTimer(() => resolve('fine'), 30));
              },
            },
          );
          // A retry is paid for when it is decided, before its backoff; a hedge when it is sent.
          const spent: number[] = [];
          const excesses: string[] = [];
          guard.onEvent((event) => {
            if (event.type !== 'retry' && event.type !== 'hedge') return;
            const now = bucketOf(event.at);
            spent.push(now);
            const inWindow = (buckets: number[]) => buckets.filter((bucket) => bucket > now - 10).length;
            const allowed = Math.max(budget.minRetries, Math.floor(budget.ratio * inWindow(requests)));
            if (inWindow(spent) > allowed) excesses.push(`${inWindow(spent)} > ${allowed} at ${event.at}`);
          });
          const fates: Promise<string>[] = [];
          for (const one of bursts) {
            await clock.advance(one.afterMs);
            fails = one.fails;
            for (let i = 0; i < one.calls; i++) fates.push(ask(i));
          }
          await clock.advance(5000);
          await Promise.all(fates);
          expect(excesses).toEqual([]);
          // Of what is paid for, an open breaker rejects some.
          if (breaks) expect(retries.length).toBeLessThanOrEqual(spent.length);
          else expect(retries).toHaveLength(spent.length);
        },
      ),
      runs(),
    ),
  longMs,
);
