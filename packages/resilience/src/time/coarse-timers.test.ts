import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { CoarseTimers, coarseTimersOf, type Expiring } from './coarse-timers.ts';

function entry(expiresAtMs: number, expire: (nowMs: number) => void = () => {}): Expiring {
  return { expiresAtMs, expire, nextExpiring: undefined, previousExpiring: undefined };
}

test('never expires an entry early, and at most 5 ms late', async () => {
  const schedules = fc.array(fc.record({ afterMs: fc.nat(6000), isRemoved: fc.boolean() }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const clock = new ManualClock();
      const timers = new CoarseTimers(clock);
      const startMs = clock.now();
      const lateness = new Map<number, number>();
      const entries = schedule.map(({ afterMs }, index) =>
        entry(startMs + afterMs, (nowMs) => lateness.set(index, nowMs - startMs - afterMs)),
      );
      for (const one of entries) timers.add(one, startMs);
      for (const one of entries.filter((_, index) => schedule[index]?.isRemoved)) timers.remove(one);
      await clock.advance(6200);
      schedule.forEach(({ isRemoved }, index) => {
        if (isRemoved) expect(lateness.has(index)).toBe(false);
        else expect(lateness.get(index)).toBeGreaterThanOrEqual(0);
        expect(lateness.get(index) ?? 0).toBeLessThanOrEqual(5);
      });
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});

test('needs one timer for a thousand entries that come and go', () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  for (let i = 0; i < 1000; i++) {
    const one = entry(clock.now() + 300);
    timers.add(one, clock.now());
    timers.remove(one);
  }
  expect(clock.timersSet).toBe(1);
});

test('wakes earlier for an entry that expires before the others', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  const expired: string[] = [];
  timers.add(
    entry(clock.now() + 90, () => expired.push('late')),
    clock.now(),
  );
  timers.add(
    entry(clock.now() + 10, () => expired.push('early')),
    clock.now(),
  );
  await clock.advance(20);
  expect(expired).toEqual(['early']);
});

test('lets one expiry remove another that is due with it', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  const expired: string[] = [];
  const rescheduled = entry(clock.now() + 10, () => expired.push('rescheduled'));
  const first = entry(clock.now() + 10, (nowMs) => {
    expired.push('first');
    rescheduled.expiresAtMs = nowMs + 50;
    timers.add(rescheduled, nowMs);
  });
  timers.add(rescheduled, clock.now());
  timers.add(first, clock.now());
  await clock.advance(20);
  expect(expired).toEqual(['first']);
  await clock.advance(60);
  expect(expired).toEqual(['first', 'rescheduled']);
});

test('misses no entry that is added with an older time than one before it', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  const expired: string[] = [];
  // The first takes a while and begins something at a fresh time; the second goes on at the time they were woken at.
  const second = entry(clock.now() + 10, (nowMs) => {
    timers.add(
      entry(nowMs + 2, () => expired.push('older')),
      nowMs,
    );
  });
  const first = entry(clock.now() + 10, () => {
    clock.stall(12);
    timers.add(
      entry(clock.now() + 500, () => expired.push('fresh')),
      clock.now(),
    );
  });
  timers.add(second, clock.now());
  timers.add(first, clock.now());
  await clock.advance(30);
  expect(expired).toEqual(['older']);
});

test('lets no timer hold a finished process open for more than 100 ms', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  const long = entry(clock.now() + 60_000);
  timers.add(long, clock.now());
  timers.remove(long);
  await clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});

test('shares one set of timers per clock', () => {
  const clock = new ManualClock();
  expect(coarseTimersOf(clock)).toBe(coarseTimersOf(clock));
  expect(coarseTimersOf(clock)).not.toBe(coarseTimersOf(new ManualClock()));
});

test('measures how long this process was stalled, once, and never less than before', async () => {
  const steps = fc.array(fc.record({ ms: fc.nat(300), isStall: fc.boolean(), adds: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(steps, async (schedule) => {
      const clock = new ManualClock();
      const timers = new CoarseTimers(clock);
      let before = 0;
      let stalledMs = 0;
      let leastMs = 0;
      timers.add(entry(clock.now() + 60_000), clock.now());
      for (const { ms, isStall, adds } of schedule) {
        if (isStall) clock.stall(ms);
        else await clock.advance(ms);
        if (isStall) stalledMs += ms;
        if (isStall) leastMs += Math.max(0, ms - 65);
        if (adds) timers.add(entry(clock.now() + ms), clock.now());
        const now = timers.stalledMs(clock.now());
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
      // A stall may have begun at any time since the loop was last seen running, at most 50 ms before.
      expect(before).toBeLessThanOrEqual(stalledMs + 50 * schedule.length);
      expect(before).toBeGreaterThanOrEqual(leastMs);
    }),
  );
});

test('gives the loop a turn before anything expires', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  let expired = 0;
  timers.add(
    entry(clock.now() + 10, () => expired++),
    clock.now(),
  );
  clock.stall(10);
  await settled();
  expect(expired).toBe(0);
  await clock.advance(5);
  expect(expired).toBe(1);
});

test('takes no entry that is added too late for a stall', async () => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  let expired = 0;
  timers.add(
    entry(clock.now() - 5000, () => expired++),
    clock.now(),
  );
  await clock.advance(5);
  expect(expired).toBe(1);
  expect(timers.stalledMs(clock.now())).toBe(0);
});

test('lets the process end where nothing can expire', async () => {
  const kinds: unknown[] = [];
  const clock = new ManualClock();
  const timers = new CoarseTimers({
    now: () => clock.now(),
    setTimer(callback, delayMs, kind) {
      kinds.push(kind);
      return clock.setTimer(callback, delayMs);
    },
  });
  timers.watch(clock.now());
  await clock.advance(60);
  timers.add(entry(clock.now() + 10_000), clock.now());
  expect(kinds).toEqual(['background', 'background', 'foreground']);
  timers.unwatch();
});

test.each([
  { stallMs: 10, turns: 1 },
  { stallMs: 700, turns: 3 },
])('gives the loop $turns turns after a stall of $stallMs ms', async ({ stallMs, turns }) => {
  const clock = new ManualClock();
  const timers = new CoarseTimers(clock);
  let setBefore = 0;
  timers.add(
    entry(clock.now() + 10, () => (setBefore = clock.timersSet)),
    clock.now(),
  );
  clock.stall(stallMs);
  await clock.advance(0);
  expect(setBefore).toBe(1 + turns);
});
