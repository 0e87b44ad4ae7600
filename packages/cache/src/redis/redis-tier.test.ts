import { ManualClock, settled } from '@ballast/resilience/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeRedis } from '../../test/fake-redis.ts';
import { propertyRuns } from '../../test/property-runs.ts';
import type { CacheEvent } from '../cache-events.ts';
import { RedisTier } from './redis-tier.ts';

function tier({ redisMaxConcurrent = 4, redis = new FakeRedis() } = {}) {
  const clock = new ManualClock();
  const events: CacheEvent[] = [];
  const made = new RedisTier({
    name: 'test',
    redis,
    clock: clock,
    random: () => 1,
    onEvent: (event) => events.push(event),
    redisTimeoutMs: 50,
    redisMaxConcurrent,
    redisOpenMs: 1000,
    redisMaxOpenMs: 30_000,
  });
  return { tier: made, redis, clock, events };
}

describe('RedisTier', () => {
  it('connects at once and bypasses Redis until it is ready', async () => {
    const redis = new FakeRedis();
    redis.status = 'wait';
    redis.data.set('key', 'text');
    const made = tier({ redis });
    expect(redis.connects).toBe(1);
    await expect(made.tier.read('key', 100)).resolves.toBeUndefined();
    expect(redis.sent.reads).toBe(0);
    redis.status = 'ready';
    await expect(made.tier.read('key', 100)).resolves.toBe('text');
  });

  it('does not hold the outage of the connection against Redis once it is back', async () => {
    const made = tier();
    made.redis.status = 'reconnecting';
    for (let i = 0; i < 100; i++) await made.tier.read('key', 100);
    expect(made.tier.snapshot()).toMatchObject({ bypassed: 100, errors: 0, breakers: { read: 'closed' } });
  });

  it('never reads more than the limit and one byte', async () => {
    const made = tier();
    made.redis.data.set('key', 'x'.repeat(1000));
    await expect(made.tier.read('key', 100)).resolves.toHaveLength(101);
  });

  it('gives a hanging Redis its timeout, then goes on without the answer', async () => {
    const made = tier();
    made.redis.reads = 'hanging';
    const read = made.tier.read('key', 100);
    await made.clock.advance(49);
    expect(made.tier.snapshot().timeouts).toBe(0);
    await made.clock.advance(1);
    await expect(read).resolves.toBeUndefined();
    expect(made.tier.snapshot().timeouts).toBe(1);
  });

  it('holds the permit of a command nobody waits for until Redis is done with it', async () => {
    const made = tier();
    made.redis.reads = 'hanging';
    for (let i = 0; i < 4; i++) made.tier.read('key', 100);
    await made.clock.advance(50);
    expect(made.tier.snapshot().inFlight).toBe(4);
    await made.tier.read('key', 100);
    expect(made.redis.sent.reads).toBe(4);
    made.redis.releaseHanging();
    await settled();
    expect(made.tier.snapshot().inFlight).toBe(0);
  });

  it('stops asking a failing Redis, probes after a pause, and resumes', async () => {
    const made = tier();
    made.redis.reads = { reply: 'LOADING Redis is loading the dataset in memory' };
    for (let i = 0; i < 20; i++) await made.tier.read('key', 100);
    expect(made.redis.sent.reads).toBe(5);
    made.redis.reads = 'well';
    await made.clock.advance(1000);
    for (let i = 0; i < 4; i++) await made.tier.read('key', 100);
    await settled();
    expect(made.redis.sent.reads).toBe(9);
    expect(made.events.map((event) => event.type === 'redis.breaker' && event.to)).toEqual([
      'open',
      'half-open',
      'closed',
    ]);
  });

  it.each([
    "READONLY You can't write against a read only replica.",
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots',
  ])('goes on reading while every write fails: %s', async (reply) => {
    const made = tier();
    made.redis.data.set('key', 'text');
    made.redis.writes = { reply };
    for (let i = 0; i < 20; i++) await made.tier.write('key', 'new', 1000);
    expect(made.tier.snapshot()).toMatchObject({ errors: 5, breakers: { read: 'closed', write: 'open' } });
    await expect(made.tier.read('key', 100)).resolves.toBe('text');
  });

  it('takes a value of another type for a foreign entry, not for a failure', async () => {
    const made = tier();
    made.redis.reads = { reply: 'WRONGTYPE Operation against a key holding the wrong kind of value' };
    for (let i = 0; i < 20; i++) await expect(made.tier.read('key', 100)).resolves.toBe('WRONGTYPE');
    expect(made.tier.snapshot()).toMatchObject({ errors: 0, breakers: { read: 'closed' } });
  });

  it('survives a client that throws instead of rejecting', async () => {
    const redis = new FakeRedis();
    redis.getrange = () => {
      throw new Error('synchronous');
    };
    const made = tier({ redis });
    await expect(made.tier.read('key', 100)).resolves.toBeUndefined();
    expect(made.tier.snapshot()).toMatchObject({ errors: 1, inFlight: 0 });
  });

  it('shows how many commands were wanted, how many were answered, and how fast', async () => {
    const made = tier();
    made.redis.status = 'reconnecting';
    await made.tier.read('key', 100);
    made.redis.status = 'ready';
    await made.tier.read('key', 100);
    await made.tier.write('key', 'text', 1000);
    made.redis.writes = { reply: 'READONLY' };
    await made.tier.write('key', 'text', 1000);
    expect(made.tier.snapshot()).toMatchObject({
      calls: { total: 4, live: 2 },
      latencyMs: { count: 2 },
      bypassed: 1,
      errors: 1,
    });
  });

  it('offers its two guards to be observed like other dependencies', async () => {
    const made = tier();
    const heard: string[] = [];
    for (const guard of made.tier.guards) guard.onEvent((event) => heard.push(`${guard.name} ${event.type}`));
    await made.tier.write('key', 'text', 1000);
    await made.tier.read('key', 100);
    const both = ['redis:test:write', 'redis:test:read'];
    expect(heard).toEqual(both.flatMap((name) => [`${name} attempt`, `${name} call.end`]));
  });

  it('never exceeds its concurrency, never leaks a permit, never rejects, in any mix of moods and times', async () => {
    const mood = fc.constantFrom<FakeRedis['reads']>('well', 'hanging', { reply: 'ERR down' });
    const step = fc.record({
      mood,
      calls: fc.nat(6),
      isWrite: fc.boolean(),
      waitMs: fc.nat(3000),
      frees: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const made = tier();
        const calls: Promise<unknown>[] = [];
        for (const { mood, calls: count, isWrite, waitMs, frees } of steps) {
          made.redis.reads = mood;
          made.redis.writes = mood;
          for (let i = 0; i < count; i++) {
            calls.push(isWrite ? made.tier.write('key', 'text', 1) : made.tier.read('key', 10));
            expect(made.tier.snapshot().inFlight).toBeLessThanOrEqual(4);
          }
          await made.clock.advance(waitMs);
          if (frees) made.redis.releaseHanging();
        }
        await made.clock.advance(50);
        made.redis.releaseHanging();
        await Promise.all(calls);
        await settled();
        expect(made.tier.snapshot().inFlight).toBe(0);
        await made.clock.advance(30_000); // the longest pause of a breaker
        expect(made.clock.pendingTimers).toBe(0);
      }),
      { numRuns: propertyRuns },
    );
  }, 60_000);
});
