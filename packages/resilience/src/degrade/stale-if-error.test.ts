import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';
import { defaultAnswer } from './default-answer.ts';
import { type StaleCache, staleIfError } from './stale-if-error.ts';

const once = { retry: { enabled: false }, breaker: { enabled: false } };

/** A cache that ages its entries by hand and counts how often it is asked. */
function memory() {
  const entries = new Map<string, string>();
  const kit = { ageMs: 0, reads: 0, writes: 0, entries, cache: undefined as unknown as StaleCache<string> };
  kit.cache = {
    async get(key) {
      kit.reads++;
      const value = entries.get(key);
      return value === undefined ? undefined : { value, ageMs: kit.ageMs };
    },
    async set(key, value) {
      kit.writes++;
      entries.set(key, value);
    },
  };
  return kit;
}

function remembering(cache: StaleCache<string>, maxStaleMs?: number) {
  const key = (input: unknown) => `customer:${input}`;
  const stale = staleIfError({ cache, key, ...(maxStaleMs !== undefined && { maxStaleMs }) });
  return guarded(once, { degrade: [stale, defaultAnswer(() => 'popular')] });
}

test('serves the last live answer while the dependency fails, with its age', async () => {
  const kit = memory();
  const { guard, work } = remembering(kit.cache);
  const live = guard.call('a');
  work(0).succeed('tea');
  await live;
  kit.ageMs = 42_000;
  const answer = guard.call('a');
  work(1).fail(Object.assign(new Error('broken'), { code: 'E_UPSTREAM' }));
  expect(await answer).toEqual({ value: 'tea', source: 'cached', ageMs: 42_000, reason: 'E_UPSTREAM' });
});

test('serves nothing older than allowed', async () => {
  const kit = memory();
  kit.entries.set('customer:a', 'tea');
  kit.ageMs = 1001;
  const { ask, work } = remembering(kit.cache, 1000);
  const fate = ask('a');
  work(0).fail(new Error('broken'));
  expect(await fate).toBe('default');
});

test('rejects options that make no sense, and takes undefined for not given', () => {
  const { cache } = memory();
  const step = (maxStaleMs: unknown) =>
    staleIfError({ cache, key: String, maxStaleMs: maxStaleMs as number });
  expect(() => step('1h')).toThrow('staleIfError: maxStaleMs must be a number >= 0, received "1h"');
  expect(() => step(undefined)).not.toThrow();
});

test('reads once for all callers who fail together', async () => {
  const kit = memory();
  kit.entries.set('customer:a', 'tea');
  const { guard, ask } = remembering(kit.cache);
  guard.isolate();
  const fates = await Promise.all(Array.from({ length: 64 }, () => ask('a')));
  expect(new Set(fates)).toEqual(new Set(['cached']));
  expect(kit.reads).toBe(1);
  await ask('a');
  expect(kit.reads).toBe(2);
});

/** A cache whose reads and writes the test settles, or not. */
function slowCache() {
  const reads: PromiseWithResolvers<{ value: string; ageMs: number }>[] = [];
  const writes: (PromiseWithResolvers<void> & { value: string })[] = [];
  const cache: StaleCache<string> = {
    get() {
      const read = Promise.withResolvers<{ value: string; ageMs: number }>();
      reads.push(read);
      return read.promise;
    },
    set(_, value) {
      const write = { ...Promise.withResolvers<void>(), value };
      writes.push(write);
      return write.promise;
    },
  };
  return { cache, reads, writes, written: () => writes.map(({ value }) => value) };
}

async function succeedWith(kit: ReturnType<typeof remembering>, ...values: string[]): Promise<void> {
  for (const value of values) {
    const fate = kit.ask('a');
    kit.asked.at(-1)?.succeed(value);
    await fate;
  }
}

test('writes the last of many live answers, and one at a time', async () => {
  const { cache, writes, written } = slowCache();
  const kit = remembering(cache);
  await succeedWith(kit, 'tea', 'milk', 'rum');
  expect(written()).toEqual(['tea']);
  writes[0]?.resolve();
  await settled();
  expect(written()).toEqual(['tea', 'rum']);
  writes[1]?.resolve();
  await settled();
  expect(written()).toEqual(['tea', 'rum']);
});

test('writes the last live answer though the write before it hangs or fails', async () => {
  const { cache, writes, written } = slowCache();
  const kit = remembering(cache);
  await succeedWith(kit, 'tea', 'milk');
  await kit.clock.advance(100);
  expect(written()).toEqual(['tea', 'milk']);
  await succeedWith(kit, 'rum');
  writes[1]?.reject(new Error('no cache'));
  await settled();
  expect(written()).toEqual(['tea', 'milk', 'rum']);
});

test('reads anew after a read that hung', async () => {
  const { cache, reads } = slowCache();
  const { guard, ask, clock } = remembering(cache);
  guard.isolate();
  const first = ask('a');
  await clock.advance(100);
  expect(await first).toBe('default');
  const second = ask('a');
  await settled();
  reads[1]?.resolve({ value: 'tea', ageMs: 5 });
  expect(await second).toBe('cached');
  // The late end of the first read must not disturb the reads that came after it.
  reads[0]?.resolve({ value: 'old', ageMs: 5 });
  ask('a');
  await settled();
  expect(reads).toHaveLength(3);
});

test.each([
  ['rejects', () => Promise.reject(new Error('no cache'))],
  [
    'throws',
    () => {
      throw new Error('no cache');
    },
  ],
  ['hangs', () => new Promise<never>(() => {})],
])('never fails or delays a call because its cache %s', async (_, broken) => {
  const { ask, work, clock } = remembering({ get: broken, set: broken });
  const live = ask('a');
  work(0).succeed('tea');
  expect(await live).toBe('live');
  const failed = ask('a');
  work(1).fail(new Error('broken'));
  await clock.advance(100);
  expect(await failed).toBe('default');
});

test('survives a key that cannot be made', async () => {
  const step = staleIfError<unknown, string>({
    cache: memory().cache,
    key: () => {
      throw new Error('no key');
    },
  });
  const { ask, work } = guarded(once, { degrade: [step] });
  const fate = ask('a');
  work(0).succeed('tea');
  expect(await fate).toBe('live');
});
