import { expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { coarseTimersOf } from './coarse-timers.ts';
import { Countdown } from './countdown.ts';

function countdown(durationMs: number) {
  const clock = new ManualClock();
  const startedAtMs = clock.now();
  const endedAfterMs: number[] = [];
  const started = new Countdown(coarseTimersOf(clock), durationMs, startedAtMs, (nowMs) => {
    endedAfterMs.push(nowMs - startedAtMs);
  });
  return { clock, started, endedAfterMs };
}

test('ends once, after its time', async () => {
  const { clock, endedAfterMs } = countdown(100);
  await clock.advance(1000);
  expect(endedAfterMs).toHaveLength(1);
  expect(endedAfterMs[0]).toBeGreaterThanOrEqual(100);
  expect(endedAfterMs[0]).toBeLessThan(120);
});

test('gives back the time for which this process was stalled', async () => {
  const { clock, endedAfterMs } = countdown(100);
  await clock.advance(20);
  await clock.stall(500);
  await clock.advance(1000);
  expect(endedAfterMs).toHaveLength(1);
  expect(endedAfterMs[0]).toBeGreaterThanOrEqual(580);
  expect(endedAfterMs[0]).toBeLessThan(650);
});

test('does not end once it is cancelled, also after a stall', async () => {
  const { clock, started, endedAfterMs } = countdown(100);
  await clock.stall(500);
  started.cancel();
  await clock.advance(1000);
  expect(endedAfterMs).toEqual([]);
});
