import { ManualClock, settled } from '@ballast/resilience/testing';
import { afterEach, expect, test } from 'vitest';
import { onTelemetryShutdown, shutdownTelemetry } from './shutdown.ts';

afterEach(() => onTelemetryShutdown(async () => {}));

function stopping(clock: ManualClock) {
  const state = { isDone: false };
  void shutdownTelemetry(2000, clock).then(() => {
    state.isDone = true;
  });
  return state;
}

test('a stop resolves at once without an SDK', async () => {
  const clock = new ManualClock();
  const state = stopping(clock);
  await settled();
  expect(state.isDone).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('a stop waits for the exporters, and no longer than its limit', async () => {
  const clock = new ManualClock();
  onTelemetryShutdown(() => new Promise(() => {}));
  const state = stopping(clock);
  await clock.advance(1999);
  expect(state.isDone).toBe(false);
  await clock.advance(1);
  expect(state.isDone).toBe(true);
});

test('exporters that fail do not fail the stop', async () => {
  onTelemetryShutdown(() => Promise.reject(new Error('no collector')));
  await expect(shutdownTelemetry(2000, new ManualClock())).resolves.toBeUndefined();
});
