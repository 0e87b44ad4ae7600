import { ManualClock } from '@ballast/resilience/testing';
import { beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../process/logger.ts';
import { startBackgroundTask } from './background-task.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

const task = (run: () => Promise<unknown>, more = {}) =>
  startBackgroundTask({ name: 'sweep', everyMs: 1000, run, clock, random: () => 0.5, ...more });

test('work is done at once and then once per pause', async () => {
  const run = vi.fn(async () => {});
  const sweep = task(run);
  await clock.advance(999);
  expect(run).toHaveBeenCalledTimes(1);
  await clock.advance(1);
  expect(run).toHaveBeenCalledTimes(2);
  await sweep.close();
});

test('work that asks for more gets no pause', async () => {
  const run = vi.fn(async () => run.mock.calls.length < 4);
  const sweep = task(run);
  await clock.advance(0);
  expect(run).toHaveBeenCalledTimes(4);
  await sweep.close();
});

test('waking ends the pause, also when it comes while work is being done', async () => {
  let finish = () => {};
  const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const sweep = task(run);
  sweep.wake();
  finish();
  await clock.advance(0);
  expect(run).toHaveBeenCalledTimes(2);
  finish();
  await clock.advance(0);
  sweep.wake();
  await clock.advance(0);
  expect(run).toHaveBeenCalledTimes(3);
  finish();
  await sweep.close();
});

test('a failure is logged once per outage and tried again', async () => {
  const outcomes = [false, false, false, true, true];
  const run = vi.fn(async () => {
    if (!outcomes.shift()) throw new Error('away');
  });
  const logged: string[] = [];
  const log = (_fields: object, message: string) => void logged.push(message);
  const sweep = task(run, { logger: { ...silentLogger, warn: log, info: log } });
  await clock.advance(4000);
  expect(logged).toEqual(['background task failed, it will be tried again', 'background task works again']);
  await sweep.close();
});

test('closing waits for the work at hand and starts no other', async () => {
  let finish = () => {};
  const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  let closed = false;
  const closing = task(run)
    .close()
    .then(() => {
      closed = true;
    });
  await clock.advance(5000);
  expect(closed).toBe(false);
  finish();
  await closing;
  expect(run).toHaveBeenCalledTimes(1);
});

test.each([
  [0, 750],
  [0.5, 1000],
  [1, 1250],
])('with the random number %s the pause is %s ms', async (random, pauseMs) => {
  const run = vi.fn(async () => {});
  const sweep = task(run, { random: () => random });
  await clock.advance(pauseMs - 1);
  expect(run).toHaveBeenCalledTimes(1);
  await clock.advance(1);
  expect(run).toHaveBeenCalledTimes(2);
  await sweep.close();
});
