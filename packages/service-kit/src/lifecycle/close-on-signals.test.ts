import { ManualClock, settled } from '@ballast/resilience/testing';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../process/logger.ts';
import { closeOnSignals } from './shutdown.ts';

const events = ['SIGTERM', 'SIGINT', 'uncaughtException'] as const;

/** Installs the handlers, and gives back what a SIGTERM would call: a real one would reach vitest as well. */
function handled(close: () => Promise<void>) {
  const before = new Set(events.flatMap((event) => process.listeners(event as 'SIGTERM')));
  const clock = new ManualClock();
  const codes: number[] = [];
  const logged: string[] = [];
  const log = (_fields: object, message: string) => void logged.push(message);
  const logger = { ...silentLogger, warn: log, error: log, fatal: log };
  closeOnSignals({ close, logger, exit: (code) => void codes.push(code), graceMs: 1000, clock });
  const own = events.flatMap((event) =>
    process
      .listeners(event as 'SIGTERM')
      .filter((listener) => !before.has(listener))
      .map((listener) => ({ event, listener })),
  );
  onTestFinished(() => {
    for (const { event, listener } of own) process.off(event, listener);
  });
  const signal = () => own.find(({ event }) => event === 'SIGTERM')?.listener('SIGTERM');
  return { clock, codes, logged, signal };
}

test('it ends with 0 once everything is closed', async () => {
  const { codes, logged, signal } = handled(async () => {});
  signal();
  await settled();
  expect([codes, logged]).toEqual([[0], []]);
});

test('it ends with 1 when the grace time is over, and not before', async () => {
  const { clock, codes, logged, signal } = handled(() => new Promise(() => {}));
  signal();
  await clock.advance(999);
  expect(codes).toEqual([]);
  await clock.advance(1);
  expect(codes).toEqual([1]);
  expect(logged).toEqual(['SHUTDOWN_GRACE_MS is over: stopping with work in flight']);
});

test('it ends with 1 when closing fails', async () => {
  const { codes, logged, signal } = handled(() => Promise.reject(new Error('lost')));
  signal();
  await settled();
  expect([codes, logged]).toEqual([[1], ['could not close: stopping']]);
});

test('a second signal ends it at once with 1', async () => {
  const { codes, logged, signal } = handled(() => new Promise(() => {}));
  signal();
  signal();
  await settled();
  expect([codes, logged]).toEqual([[1], ['second signal: stopping at once']]);
});
