import type { CacheSnapshot } from '@ballast/cache';
import {
  createLoadShedder,
  type DependencySnapshot,
  defaultAnswer,
  dependency,
  type ResilienceEvent,
  type ShedderSnapshot,
  standardPolicy,
} from '@ballast/resilience';
import { expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { type cacheReport, dependencyReport, resilienceEvent, shedderReport } from './resilience-report.ts';

const throughJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

/** Schemas drop what they do not know, so an equal result shows that they know all of it. */
function expectComplete(schema: z.ZodType, value: object): void {
  expect(schema.parse(throughJson(value))).toEqual(throughJson(value));
}

type MayBeMissing<T> = { readonly mayBeMissing: T };

/**
 * `T` with every member required, and those that JSON may leave out inside a marker. Without it a type would be
 * assignable to one that has an optional member more. `expectTypeOf(…).toEqualTypeOf` misses differences deep inside.
 */
type Shape<T> = T extends object
  ? { [K in keyof T]-?: undefined extends T[K] ? MayBeMissing<Shape<Exclude<T[K], undefined>>> : Shape<T[K]> }
  : T;

/** Does not compile unless each of the two types is assignable to the other one. */
function expectSameShape<A, B>(
  ..._proof: Shape<A> extends Shape<B> ? (Shape<B> extends Shape<A> ? [] : ['B has less']) : ['A has less']
): void {}

test('the schemas are the types of resilience and cache, no more and no less', () => {
  expectSameShape<z.output<typeof dependencyReport>, DependencySnapshot>();
  expectSameShape<z.output<typeof shedderReport>, ShedderSnapshot>();
  expectSameShape<z.output<typeof cacheReport>, CacheSnapshot>();
  expectSameShape<z.output<typeof resilienceEvent>, ResilienceEvent>();
  // @ts-expect-error one member more, although it may be missing
  expectSameShape<{ one: { two: 1 } }, { one: { two: 1; three?: 3 } }>();
  // @ts-expect-error the type of a member deep inside
  expectSameShape<{ one: { two: 1 } }, { one: { two: string } }>();
});

test('a dependency is described whole: fresh, used, open and half-open', async () => {
  let fails = true;
  const inventory = dependency({
    name: 'inventory',
    policy: standardPolicy({ breaker: { minCalls: 1, openMs: 1, openJitterRatio: 0 } }),
    call: async () => {
      if (fails) throw new Error('away');
    },
    degrade: [defaultAnswer(() => undefined)],
  });
  expectComplete(dependencyReport, inventory.snapshot());
  await inventory.call(undefined);
  expect(inventory.snapshot().policies.breaker.state).toBe('open');
  expectComplete(dependencyReport, inventory.snapshot());
  fails = false;
  await expect.poll(() => inventory.call(undefined)).toMatchObject({ source: 'live' });
  expect(inventory.snapshot().policies.breaker.state).toBe('half-open');
  expectComplete(dependencyReport, inventory.snapshot());
});

test('a load shedder is described whole', () => {
  const shedder = createLoadShedder();
  onTestFinished(() => shedder.close());
  expectComplete(shedderReport, shedder.snapshot());
});

test('every event of a call that fails, is retried and degraded is described whole', async () => {
  const inventory = dependency({
    name: 'inventory',
    policy: standardPolicy({ breaker: { minCalls: 2 }, retry: { baseDelayMs: 0 } }),
    call: () => Promise.reject(new Error('away')),
    degrade: [defaultAnswer(() => 'nothing')],
    idempotent: true,
  });
  const events: ResilienceEvent[] = [];
  inventory.onEvent((event) => void events.push(event));
  for (let i = 0; i < 3; i++) await inventory.call(undefined, { context: { order: i } });
  for (const event of events) expectComplete(resilienceEvent, event);
  const types = new Set(events.map(({ type }) => type));
  expect([...types]).toEqual(
    expect.arrayContaining(['attempt', 'retry', 'breaker.transition', 'rejected', 'fallback', 'call.end']),
  );
});
