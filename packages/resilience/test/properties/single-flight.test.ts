import fc from 'fast-check';
import { expect, test } from 'vitest';
import { staleIfError } from '../../src/index.ts';
import { guarded } from '../../src/testing/guarded.ts';
import { longMs, runs } from './runs.ts';

const event = fc.record({ key: fc.nat(3), isLive: fc.boolean(), afterMs: fc.nat(20) });

test(
  'never reads or writes one key twice at once, and serves what was remembered for that key',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60, size: 'max' }),
        fc.nat(40),
        async (events, cacheMs) => {
          const entries = new Map<string, string>();
          const reading = new Set<string>();
          const writing = new Set<string>();
          const doubled: string[] = [];
          const { guard, clock } = guarded(
            { bulkhead: { enabled: false }, breaker: { enabled: false }, retry: { enabled: false } },
            {
              call: async (input) => {
                const { key, isLive } = input as { key: number; isLive: boolean };
                if (!isLive) throw new Error('broken');
                return `answer for ${key}`;
              },
              degrade: [
                staleIfError<unknown, string>({
                  key: (input) => String((input as { key: number }).key),
                  cache: {
                    get: (key) => slowly(reading, key, () => entry(key)),
                    set: (key, value) => slowly(writing, key, () => void entries.set(key, value)),
                  },
                }),
              ],
            },
          );
          const entry = (key: string) => {
            const value = entries.get(key);
            return value === undefined ? undefined : { value, ageMs: 0 };
          };
          function slowly<T>(busy: Set<string>, key: string, work: () => T): Promise<T> {
            if (busy.has(key)) doubled.push(key);
            busy.add(key);
            return new Promise((resolve) => {
              clock.setTimer(() => {
                busy.delete(key);
                resolve(work());
              }, cacheMs);
            });
          }
          const answers: Promise<void>[] = [];
          for (const one of events) {
            const answer = guard.call(one).then(
              ({ value }) => expect(value).toBe(`answer for ${one.key}`),
              (error) => expect(error.message).toBe('broken'),
            );
            answers.push(answer);
            await clock.advance(one.afterMs);
          }
          await clock.advance(1000);
          await Promise.all(answers);
          expect(doubled).toEqual([]);
          expect([reading.size, writing.size]).toEqual([0, 0]);
        },
      ),
      runs(),
    ),
  longMs,
);
