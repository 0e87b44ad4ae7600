import { ManualClock } from '@ballast/resilience/testing';
import { describe, expect, it } from 'vitest';
import { sleep } from './sleep.ts';

describe('sleep', () => {
  it('ends when its time has passed, not before', async () => {
    const clock = new ManualClock();
    let isOver = false;
    sleep(clock, 100).then(() => {
      isOver = true;
    });
    await clock.advance(99);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  it('takes a time that is already past as none', async () => {
    const clock = new ManualClock();
    const slept = sleep(clock, -5);
    await clock.advance(0);
    await slept;
  });

  it('ends early when its signal is aborted, and leaves no timer', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const slept = sleep(clock, 100, stop.signal);
    stop.abort();
    await slept;
    await sleep(clock, 100, stop.signal);
    expect(clock.pendingTimers).toBe(0);
  });
});
