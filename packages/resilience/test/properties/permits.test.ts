import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallContext } from '../../src/index.ts';
import { guarded } from '../../src/testing/guarded.ts';
import { longMs, runs } from './runs.ts';

type Step =
  | { do: 'call'; deadlineMs: number; idempotent: boolean }
  | { do: 'settle'; which: number; ok: boolean }
  | { do: 'cancel'; which: number }
  | { do: 'wait'; ms: number }
  | { do: 'resize'; maxConcurrent: number; maxQueue: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('call'),
      deadlineMs: fc.integer({ min: 1, max: 400 }),
      idempotent: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle'), which: fc.nat(30), ok: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), which: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(120) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resize'),
      maxConcurrent: fc.integer({ min: 1, max: 6 }),
      maxQueue: fc.nat(4),
    }),
  },
) as fc.Arbitrary<Step>;

/** Work that notices its abort, or does not, and says which call it belongs to. */
function workshop() {
  const open = new Map<object, { caller: number; settle: (ok: boolean) => void }>();
  function call(caller: unknown, context: CallContext): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const piece = {};
    const settle = (ok: boolean) => {
      open.delete(piece);
      if (ok) resolve('fine');
      else reject(new Error('broken'));
    };
    open.set(piece, { caller: caller as number, settle });
    if ((caller as number) % 2 === 0) context.signal.addEventListener('abort', () => settle(false));
    return promise;
  }
  const callersAtWork = () => new Set([...open.values()].map(({ caller }) => caller)).size;
  const nth = (which: number) => [...open.values()][which % Math.max(1, open.size)];
  return { open, call, callersAtWork, nth };
}

test(
  'never gives more permits than it has, and gets every one back',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const shop = workshop();
        let limit = 3;
        let allowed = 3;
        let high = 3;
        let wasOpen = false;
        const { guard, clock } = guarded(
          {
            bulkhead: { maxConcurrent: limit, maxQueue: 2, queueTimeoutMs: 50 },
            attemptTimeoutMs: 100,
            deadlineMs: 300,
            retry: { baseDelayMs: 10 },
            breaker: { minCalls: 5, openMs: 40 },
          },
          { call: shop.call },
        );
        guard.onEvent(({ type }) => {
          wasOpen ||= type === 'breaker.transition';
        });
        const cancels: AbortController[] = [];
        const fates: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one.do === 'call') {
            const cancel = new AbortController();
            const { deadlineMs, idempotent } = one;
            const answer = guard.call(cancels.length, { deadlineMs, idempotent, signal: cancel.signal });
            fates.push(answer.catch((error) => error));
            cancels.push(cancel);
          } else if (one.do === 'settle') shop.nth(one.which)?.settle(one.ok);
          else if (one.do === 'cancel') cancels[one.which]?.abort();
          else if (one.do === 'resize') {
            limit = one.maxConcurrent;
            guard.configure({ bulkhead: { maxConcurrent: one.maxConcurrent, maxQueue: one.maxQueue } });
          }
          await clock.advance(one.do === 'wait' ? one.ms : 0);
          const { inFlight, abandoned } = guard.snapshot().policies.bulkhead;
          // What runs when the limit is lowered runs on; nothing new begins above it. Only a probe does not wait for a
          // permit that abandoned work holds.
          const waitedFor = inFlight - abandoned;
          allowed = Math.max(limit, Math.min(allowed, waitedFor));
          expect(waitedFor).toBeLessThanOrEqual(allowed);
          high = Math.max(limit, Math.min(high, inFlight));
          if (!wasOpen) expect(inFlight).toBeLessThanOrEqual(high);

          expect(shop.callersAtWork()).toBeLessThanOrEqual(inFlight);
        }
        await clock.advance(500);
        await Promise.all(fates);
        while (shop.open.size > 0) shop.nth(0)?.settle(true);
        await clock.advance(500);
        expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
        expect(guard.snapshot().calls.total).toBe(fates.length);
      }),
      runs(),
    ),
  longMs,
);
