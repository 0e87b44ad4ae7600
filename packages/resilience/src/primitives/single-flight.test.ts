import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../test/properties/runs.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { SingleFlight } from './single-flight.ts';

describe('SingleFlight', () => {
  it('gives everyone who asks meanwhile the same result', async () => {
    const flights = new SingleFlight<object>();
    const results = await Promise.all(Array.from({ length: 64 }, () => flights.run('key', async () => ({}))));
    expect(new Set(results).size).toBe(1);
    expect(flights.joined).toBe(63);
  });

  it('fails everyone who waits and starts anew for the next one', async () => {
    const flights = new SingleFlight<string>();
    const failing = () => flights.run('key', () => Promise.reject(new Error('down')));
    const results = await Promise.allSettled([failing(), failing()]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(flights.run('key', async () => 'up')).resolves.toBe('up');
  });

  it('frees the key of a task that hangs, and does not let its late end free the next one', async () => {
    const clock = new ManualClock();
    const limit = { timeoutMs: 100, clock };
    const flights = new SingleFlight<string>();
    const first = Promise.withResolvers<string>();
    const hanging = flights.run('key', () => first.promise, limit);
    await clock.advance(99);
    expect(flights.size).toBe(1);
    await clock.advance(1);
    expect(flights.size).toBe(0);
    const second = Promise.withResolvers<string>();
    const next = flights.run('key', () => second.promise, limit);
    first.resolve('late');
    await expect(hanging).resolves.toBe('late');
    expect(flights.size).toBe(1);
    second.resolve('in time');
    await expect(next).resolves.toBe('in time');
    expect(flights.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never runs two tasks of a key at once and forgets every finished one', async () => {
    const asks = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), asks, async (scheduler, plan) => {
        const flights = new SingleFlight<string>();
        const running = new Map<string, number>();
        const task = (key: string, fails: boolean) => async () => {
          running.set(key, (running.get(key) ?? 0) + 1);
          expect(running.get(key)).toBe(1);
          await scheduler.schedule(Promise.resolve(), key);
          running.set(key, 0);
          if (fails) throw new Error(key);
          return key;
        };
        const asked = plan.map(async ([key, fails]) => {
          await scheduler.schedule(Promise.resolve(), 'ask');
          return flights.run(key, task(key, fails)).catch((error: Error) => error.message);
        });
        await scheduler.waitIdle();
        expect(await Promise.all(asked)).toEqual(plan.map(([key]) => key));
        expect(flights.size).toBe(0);
      }),
      runs(),
    );
  }, 60_000);
});
