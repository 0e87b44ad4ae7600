import { systemClock, wallClock } from '@ballast/resilience/primitives';
import { ManualClock } from '@ballast/resilience/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { resolveCacheOptions } from './cache-options.ts';

const required = { name: 'offers', schema: z.string() };

it('compares ages by the wall clock, and measures Redis by a clock that never steps back', () => {
  expect(resolveCacheOptions(required)).toMatchObject({ clock: wallClock, redisClock: systemClock });
});

it('takes one clock for both from a test', () => {
  const clock = new ManualClock();
  const resolved = resolveCacheOptions({ ...required, clock });
  expect([resolved.clock, resolved.redisClock]).toEqual([clock, clock]);
});
