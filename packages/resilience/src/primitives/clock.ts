import { longestTimerMs } from './options.ts';

/** Where a policy takes its time and its timers from; a test injects its own. */
export interface Clock {
  /** Milliseconds. Those of `systemClock` never step back; those of `wallClock` are the same in every process. */
  now(): number;
  /** Runs `callback` once after `delayMs`. A `background` timer does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number, kind?: 'foreground' | 'background'): Timer;
}

export interface Timer {
  cancel(): void;
}

/** A source of numbers in [0, 1); `Math.random` unless a test injects its own. */
export type Random = () => number;

// Read once: as a getter it costs half as much as the clock itself.
const { timeOrigin } = performance;

/** For durations: milliseconds since the epoch as this process counts them, whatever happens to the wall clock. */
export const systemClock: Clock = {
  // Not Date.now(): a stepped wall clock would open breakers and expire deadlines.
  now: () => timeOrigin + performance.now(),
  setTimer,
};

/** For moments that other processes read too: a wall clock may step, but it does not drift from theirs. */
export const wallClock: Clock = { now: Date.now, setTimer };

function setTimer(
  callback: () => void,
  delayMs: number,
  kind: 'foreground' | 'background' = 'foreground',
): Timer {
  // The one that belongs to this setTimeout: fake timers may come or go before the timer is cancelled.
  const clear = clearTimeout;
  const timeout = setTimeout(callback, Math.min(delayMs, longestTimerMs));
  if (kind === 'background') timeout.unref();
  return { cancel: () => clear(timeout) };
}
