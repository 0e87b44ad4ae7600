import { runInNewContext } from 'node:vm';
import { unhandledIn } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { type Offer, offerCache } from '../cache-fixture.ts';

// The same kind as in resilience: nothing that a user passes in may end the process.

const rejecting = async (): Promise<never> => {
  throw new Error('of the user');
};
const otherRealm = (): unknown => runInNewContext('Promise.reject(new Error("of another realm"))');

test.each([
  ['an async onEvent that rejects', { onEvent: rejecting }],
  ['an onEvent that answers with a promise of another realm', { onEvent: otherRealm }],
])('%s', async (_, options) => {
  const { cache, clock } = offerCache(options as never);
  const reasons = await unhandledIn(async () => {
    await cache.set('a', { sku: 'old' });
    await clock.advance(5000);
    expect(await cache.fetch('a', rejecting)).toMatchObject({ source: 'cached' });
  });
  expect(reasons).toEqual([]);
});

test.each([
  ['a value', () => ({ sku: 'plain' })],
  ['a promise of another realm', () => runInNewContext('Promise.resolve({ sku: "plain" })')],
  // biome-ignore lint/suspicious/noThenProperty: the subject of the test
  ['a thenable', () => ({ then: (resolve: (it: Offer) => void) => resolve({ sku: 'plain' }) })],
])('a load that gives %s is taken like one that gives a promise', async (_, load) => {
  const { cache } = offerCache();
  expect(await cache.fetch('a', load as never)).toMatchObject({ value: { sku: 'plain' }, source: 'live' });
});

test('an error with getters that throw rejects, and blocks no key', async () => {
  const { cache } = offerCache();
  const error = Object.defineProperties(new Error('strange'), {
    code: { get: rejecting },
    isFailure: {
      get: () => {
        throw new Error('of the user');
      },
    },
  });
  const load = async () => Promise.reject(error);
  await expect(cache.fetch('a', load)).rejects.toBe(error);
  expect(await cache.fetch('a', async () => ({ sku: 'next' }))).toMatchObject({ source: 'live' });
});
