import { systemClock, wallClock } from '@ballast/resilience/primitives';
import { ManualClock } from '@ballast/resilience/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { resolveCacheOptions } from './cache-options.ts';

const required = { name: 'offers', schema: z.string() };

it('measures by a clock that never steps, and tells other processes the time by the wall clock', () => {
  expect(resolveCacheOptions(required)).toMatchObject({ clock: systemClock, wallClock });
});

it('takes one clock for both from a test', () => {
  const clock = new ManualClock();
  const resolved = resolveCacheOptions({ ...required, clock });
  expect([resolved.clock, resolved.wallClock]).toEqual([clock, clock]);
});
