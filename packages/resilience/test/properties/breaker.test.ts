import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guarded } from '../../src/testing/guarded.ts';
import { settled } from '../../src/testing/manual-clock.ts';
import { BreakerModel, type Ending, type ModelCall, settings } from './breaker-model.ts';
import { longMs, runs } from './runs.ts';

type Step = { do: 'begin' } | { do: 'end'; which: number; ending: Ending } | { do: 'wait'; ms: number };

const stepsEnding = (...endings: Ending[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Step>({ do: 'begin' }) },
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('end' as const),
          which: fc.nat(2),
          ending: fc.constantFrom(...endings),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(50) }) },
    ),
    { minLength: 20, maxLength: 60, size: 'max' },
  );
const bad = fc.oneof(stepsEnding('failed', 'failed', 'cancelled'), stepsEnding('success', 'failed'));
const good = stepsEnding(...Array<Ending>(19).fill('success'), 'cancelled');
/** Bad and good times in turn: in a mix of both, hardly a schedule would get as far as closing again. */
const schedule = fc.array(fc.tuple(bad, good), { maxLength: 4, size: 'max' }).map((times) => times.flat(2));

interface Running {
  readonly modelled: ModelCall;
  end(ending: Ending): void;
}

test(
  'agrees with its model in every state, whatever comes in which order',
  async () => {
    const visited = new Set<string>();
    await fc.assert(
      fc.asyncProperty(schedule, async (steps) => {
        const model = new BreakerModel();
        const { guard, clock, asked } = guarded({
          deadline: { enabled: false },
          timeout: { enabled: false },
          bulkhead: { enabled: false },
          retry: { enabled: false },
          breaker: settings,
        });
        guard.onEvent(
          (event) => event.type === 'breaker.transition' && visited.add(`${event.from} > ${event.to}`),
        );
        const running: Running[] = [];
        for (const one of steps) {
          if (one.do === 'begin') {
            const modelled = model.begin(clock.now());
            const cancel = new AbortController();
            const before = asked.length;
            guard.call('a', { signal: cancel.signal }).catch(() => {});
            expect(asked.length - before).toBe(modelled === undefined ? 0 : 1);
            const work = asked.at(-1);
            if (modelled === undefined || work === undefined) continue;
            running.push({
              modelled,
              end(how) {
                if (how === 'success') work.succeed('fine');
                else if (how === 'failed') work.fail(new Error('broken'));
                else cancel.abort();
              },
            });
          } else if (one.do === 'end') {
            const [call] = running.splice(one.which % Math.max(1, running.length), 1);
            if (call === undefined) continue;
            call.end(one.ending);
            model.end(call.modelled, one.ending, clock.now());
            await settled();
          } else {
            await clock.advance(one.ms);
            model.tell(clock.now());
          }
          expect(guard.snapshot().policies.breaker.state).toBe(model.state);
        }
      }),
      runs(),
    );
    // A schedule that never gets around would prove nothing.
    const around = ['closed > open', 'open > half-open', 'half-open > open', 'half-open > closed'];
    expect([...visited].sort()).toEqual(around.sort());
  },
  longMs,
);
