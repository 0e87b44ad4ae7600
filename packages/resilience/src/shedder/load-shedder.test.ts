import { expect, test } from 'vitest';
import type { Priority } from '../pipeline/call-options.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { createLoadShedder, type LoadShedder, type ShedderOptions } from './load-shedder.ts';

function shedding(options: ShedderOptions = {}) {
  const clock = new ManualClock();
  const shedder = createLoadShedder({ clock, ...options });
  /** Lets time pass while every piece of work waits so long for its turn. */
  async function waits(queueWaitMs: number, forMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += 20) {
      shedder.queueWaited(queueWaitMs);
      await clock.advance(20);
    }
  }
  return { shedder, clock, waits };
}

/** Admits as many as it can. */
function fill(shedder: LoadShedder, priority: Priority): number {
  let count = 0;
  while (shedder.admit(priority).admitted) count++;
  return count;
}

test('admits up to its limit while nothing waits', async () => {
  const { shedder, waits } = shedding({ maxInFlight: 100 });
  await waits(5, 1000);
  expect(fill(shedder, 'critical')).toBe(100);
  expect(shedder.snapshot()).toMatchObject({ overloaded: false, limit: 100, inFlight: 100 });
});

test('lowers its limit while work waits too long, and raises it afterwards', async () => {
  const { shedder, waits } = shedding();
  fill(shedder, 'critical');
  await waits(40, 100);
  expect(shedder.snapshot()).toMatchObject({ overloaded: true, limit: 128, queueWaitMs: 40 });
  expect(shedder.admit('critical')).toMatchObject({ admitted: false, reason: 'overloaded' });
  await waits(40, 3000);
  expect(shedder.snapshot().limit).toBe(16);
  await waits(1, 10_000);
  expect(shedder.snapshot()).toMatchObject({ overloaded: false, limit: 256 });
});

test('lowers its limit from what is really in flight', async () => {
  const { shedder, waits } = shedding();
  for (let i = 0; i < 40; i++) shedder.admit('critical');
  await waits(25, 100);
  expect(shedder.snapshot().limit).toBe(32);
});

test('forgets how many were in flight before', async () => {
  const { shedder, waits } = shedding();
  const admissions = Array.from({ length: 200 }, () => shedder.admit('critical'));
  for (const admission of admissions) if (admission.admitted) admission.release();
  await waits(1, 200);
  for (let i = 0; i < 20; i++) shedder.admit('critical');
  await waits(25, 100);
  expect(shedder.snapshot().limit).toBe(16);
});

test('takes a late event loop for overload', async () => {
  const { shedder, clock } = shedding();
  // The clock has moved on by the time the timer gets to run: something blocked the loop.
  for (let i = 0; i < 10; i++) clock.stall(200);
  expect(shedder.snapshot()).toMatchObject({ overloaded: true, loopDelayMs: 180, limit: 16 });
});

test('does not take one pause for overload', async () => {
  const { shedder, clock } = shedding();
  await clock.advance(60);
  clock.stall(80);
  await clock.advance(40);
  expect(shedder.snapshot().overloaded).toBe(false);
});

test('drops work that has expired, counting the time it waited for the loop', async () => {
  const { shedder, clock } = shedding();
  expect(shedder.admit('critical', 0)).toMatchObject({ admitted: false, reason: 'expired' });
  expect(shedder.admit('critical', Number.NaN)).toMatchObject({ admitted: false, reason: 'expired' });
  clock.stall(120);
  expect(shedder.admit('critical', 100)).toMatchObject({ admitted: false, reason: 'expired' });
  expect(shedder.admit('critical', 101)).toMatchObject({ admitted: true });
});

test('keeps room for the more important when many are in flight', () => {
  const { shedder } = shedding({ maxInFlight: 10 });
  const filled = [fill(shedder, 'sheddable'), fill(shedder, 'default'), fill(shedder, 'critical')];
  expect(filled).toEqual([7, 2, 1]);
  expect(shedder.admit('critical')).toMatchObject({ admitted: false, reason: 'full' });
});

test('takes a release once', () => {
  const { shedder } = shedding();
  const admission = shedder.admit('default');
  shedder.admit('default');
  if (admission.admitted) {
    admission.release();
    admission.release();
  }
  expect(shedder.snapshot().inFlight).toBe(1);
});

test('tells shed clients to come back at different times', () => {
  const { shedder } = shedding({ retryAfterMs: 1000 });
  const delays = Array.from({ length: 50 }, () => shedder.admit('default', 0)).flatMap((admission) =>
    admission.admitted ? [] : [admission.retryAfterMs],
  );
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
  expect(Math.max(...delays)).toBeLessThanOrEqual(2000);
  expect(new Set(delays).size).toBeGreaterThan(40);
});

test('admits everything while disabled, and still counts', () => {
  const { shedder } = shedding({ maxInFlight: 1 });
  shedder.configure({ enabled: false });
  for (let i = 0; i < 5; i++) expect(shedder.admit('sheddable', 0).admitted).toBe(true);
  expect(shedder.snapshot()).toMatchObject({ enabled: false, inFlight: 5, admitted: { sheddable: 5 } });
});

test('counts what it sheds, by priority and by reason', () => {
  const { shedder } = shedding({ maxInFlight: 1 });
  shedder.admit('critical');
  shedder.admit('sheddable');
  shedder.admit('default', 0);
  expect(shedder.snapshot()).toMatchObject({
    shed: { critical: 0, default: 1, sheddable: 1 },
    reasons: { full: 1, expired: 1, overloaded: 0 },
  });
});

test('stops watching the loop when closed', () => {
  const { shedder, clock } = shedding();
  shedder.close();
  expect(clock.pendingTimers).toBe(0);
});

test('rejects options that make no sense', () => {
  expect(() => shedding({ maxInFlight: 0 })).toThrow('maxInFlight must be an integer >= 1, received 0');
  expect(() => shedding({ limit: 5 } as ShedderOptions)).toThrow(/^limit is not an option/);
  expect(() => shedding({ minInFlight: 500, maxInFlight: 10 })).toThrow(
    'minInFlight must be <= maxInFlight (10), received 500',
  );
});

test('rejects a change that sets its floor above its cap, and keeps what it had', () => {
  const { shedder } = shedding({ maxInFlight: 100 });
  expect(() => shedder.configure({ minInFlight: 101 })).toThrow('minInFlight must be <= maxInFlight (100)');
  expect(shedder.snapshot().settings).toMatchObject({ minInFlight: 16, maxInFlight: 100 });
});

test('has a cap below the floor that nobody named', () => {
  const { shedder } = shedding({ maxInFlight: 10 });
  expect(fill(shedder, 'critical')).toBe(10);
});

test('lets nothing sheddable in while critical requests fill the limit', () => {
  const { shedder } = shedding({ maxInFlight: 10 });
  for (let i = 0; i < 8; i++) shedder.admit('critical');
  expect(shedder.admit('sheddable')).toMatchObject({ admitted: false });
  expect(shedder.admit('critical')).toMatchObject({ admitted: true });
});

/**
 * A server that does one request per millisecond, first come, first served, under so much load for 20 s, seen after
 * the first two.
 */
async function serve(shedder: LoadShedder, clock: ManualClock, arrivalsPerMs: number) {
  const queue: { sinceMs: number; release(): void }[] = [];
  const waits: number[] = [];
  for (let tick = 0; tick < 2000; tick++) {
    for (let i = 0; i < 10 * arrivalsPerMs; i++) {
      const admission = shedder.admit('critical');
      if (admission.admitted) queue.push({ sinceMs: clock.now(), release: admission.release });
    }
    for (const { sinceMs, release } of queue.splice(0, 10)) {
      if (tick >= 200) waits.push(clock.now() - sinceMs);
      shedder.queueWaited(clock.now() - sinceMs);
      release();
    }
    await clock.advance(10);
  }
  return {
    served: waits.length / 18_000,
    p99Ms: waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)],
  };
}

test('keeps goodput and waits at five times what the server can do', async () => {
  const { shedder, clock } = shedding();
  const { served, p99Ms } = await serve(shedder, clock, 5);
  expect(served).toBeGreaterThan(0.95);
  expect(p99Ms).toBeLessThan(60);
});

test('lets waits grow without it', async () => {
  const { shedder, clock } = shedding({ enabled: false });
  const { p99Ms } = await serve(shedder, clock, 2);
  expect(p99Ms).toBeGreaterThan(5000);
});
