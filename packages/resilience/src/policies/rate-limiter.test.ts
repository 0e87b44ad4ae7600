import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';

const perSecond = { rateLimit: { perSecond: 10, burst: 3 }, deadlineMs: 60_000, attemptTimeoutMs: 60_000 };

test('lets a burst through, then one call per earned token', async () => {
  const { ask, asked, clock } = guarded(perSecond);
  const fates = Array.from({ length: 5 }, () => ask('a'));
  expect(asked).toHaveLength(3);
  expect(await Promise.all(fates.slice(3))).toEqual(['E_RATE_LIMITED', 'E_RATE_LIMITED']);
  await clock.advance(100);
  ask('a');
  ask('a');
  expect(asked).toHaveLength(4);
});

test('says when the next token comes', async () => {
  const { guard, ask, clock } = guarded(perSecond);
  for (let i = 0; i < 3; i++) ask('a');
  await clock.advance(40);
  await expect(guard.call('a')).rejects.toMatchObject({
    retryAfterMs: 60,
    limit: 10,
    option: 'rateLimit.perSecond',
  });
});

test('saves up no more than a burst, however long it is idle', async () => {
  const { ask, asked, clock } = guarded(perSecond);
  await clock.advance(3_600_000);
  for (let i = 0; i < 10; i++) ask('a');
  expect(asked).toHaveLength(3);
});

test('never lets more than burst + perSecond x time through', async () => {
  const { ask, asked, clock } = guarded({ ...perSecond, bulkhead: { enabled: false } });
  for (let tick = 0; tick < 500; tick++) {
    ask('a');
    await clock.advance(7);
  }
  expect(asked.length).toBeLessThanOrEqual(3 + (10 * 500 * 7) / 1000);
  expect(asked.length).toBeGreaterThanOrEqual((10 * 500 * 7) / 1000);
});

test('is off unless it is named', () => {
  const { ask, asked } = guarded({ bulkhead: { enabled: false } });
  for (let i = 0; i < 500; i++) ask('a');
  expect(asked).toHaveLength(500);
});

test('starts full when it is switched on', () => {
  const { guard, ask, asked } = guarded({ bulkhead: { enabled: false } });
  guard.configure({ rateLimit: { enabled: true, perSecond: 10, burst: 3 } });
  for (let i = 0; i < 10; i++) ask('a');
  expect(asked).toHaveLength(3);
});
