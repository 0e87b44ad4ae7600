import { ManualClock, settled } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { pause } from './pause.ts';

function paused(delayMs: number, signal = new AbortController().signal) {
  const clock = new ManualClock();
  const state = { isOver: false };
  void pause(delayMs, { clock, signal, kind: 'foreground' }).then(() => {
    state.isOver = true;
  });
  return { clock, state };
}

test('a pause is over after its time and not before', async () => {
  const { clock, state } = paused(100);
  await clock.advance(99);
  expect(state.isOver).toBe(false);
  await clock.advance(1);
  expect(state.isOver).toBe(true);
});

test('a signal ends a pause and leaves no timer', async () => {
  const controller = new AbortController();
  const { clock, state } = paused(100, controller.signal);
  controller.abort();
  await settled();
  expect([state.isOver, clock.pendingTimers]).toEqual([true, 0]);
});

test('a signal that is aborted already lets nothing wait', async () => {
  const { clock, state } = paused(100, AbortSignal.abort());
  await settled();
  expect([state.isOver, clock.timersSet]).toEqual([true, 0]);
});
