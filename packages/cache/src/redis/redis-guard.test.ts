import { ManualClock, settled } from '@ballast/resilience/testing';
import { describe, expect, it } from 'vitest';
import { FakeRedis } from '../../test/fake-redis.ts';
import { type RedisBreakerEvent, RedisOperation, redisCommands } from './redis-guard.ts';

interface Given {
  readonly random?: () => number;
  readonly redisMaxConcurrent?: number;
  readonly redisOpenMs?: number;
  readonly redisTimeoutMs?: number;
}

function guarded(given: Given = {}) {
  const { random = () => 1, redisMaxConcurrent = 100, redisOpenMs = 1000, redisTimeoutMs = 50 } = given;
  const clock = new ManualClock();
  const redis = new FakeRedis();
  const events: RedisBreakerEvent[] = [];
  const options = {
    name: 'test',
    redis,
    clock: clock,
    random,
    onEvent: (event: RedisBreakerEvent) => events.push(event),
    redisTimeoutMs,
    redisMaxConcurrent,
    redisOpenMs,
    redisMaxOpenMs: 8000,
  };
  const operation = new RedisOperation('read', redisCommands(options), options);
  const read = () => operation.send((client) => client.getrange('key', 0, 9));
  const state = () => operation.guard.snapshot().policies.breaker.state;
  async function reads(count: number, mood: FakeRedis['reads'] = 'well'): Promise<void> {
    redis.reads = mood;
    for (let i = 0; i < count; i++) await read();
    await settled();
  }
  const fails = (count: number) => reads(count, { reply: 'down' });
  /** Whether a command is sent now; it then succeeds. */
  async function isSent(): Promise<boolean> {
    const before = redis.sent.reads;
    await reads(1);
    return redis.sent.reads > before;
  }
  /** Answers after 45 of the 50 ms it has. */
  async function slow(): Promise<void> {
    redis.reads = 'hanging';
    const late = read();
    await clock.advance(45);
    redis.releaseHanging();
    await late;
  }
  /** Every step of the recovery succeeds. */
  const recovers = () => reads(4);
  return { clock, redis, events, operation, read, state, reads, fails, isSent, slow, recovers };
}

async function opened(options?: Given) {
  const made = guarded(options);
  await made.fails(5);
  return made;
}

describe('the guard before Redis', () => {
  it('stays closed while fewer than half of the commands fail', async () => {
    const { reads, fails, state } = guarded();
    for (let i = 0; i < 20; i++) {
      await reads(4);
      await fails(2);
    }
    expect(state()).toBe('closed');
  });

  it('stays closed below five commands', async () => {
    const { fails, state } = guarded();
    await fails(4);
    expect(state()).toBe('closed');
  });

  it('opens once half of the commands have failed, successes between them or not', async () => {
    const { reads, fails, isSent, state } = guarded();
    await reads(1);
    for (let i = 0; i < 3; i++) {
      await reads(1);
      await fails(1);
    }
    expect(state()).toBe('closed');
    await fails(1);
    expect(state()).toBe('open');
    await expect(isSent()).resolves.toBe(false);
  });

  it('opens when commands get no answer within their time', async () => {
    const { clock, redis, read, state } = guarded();
    redis.reads = 'hanging';
    const late = Array.from({ length: 5 }, read);
    await clock.advance(50);
    await expect(Promise.all(late)).resolves.toEqual(Array(5).fill(undefined));
    expect(state()).toBe('open');
  });

  it('opens when the answers come in time but slowly', async () => {
    const { slow, state } = guarded();
    for (let i = 0; i < 4; i++) await slow();
    expect(state()).toBe('closed');
    await slow();
    expect(state()).toBe('open');
  });

  it('forgets failures from before a quiet time', async () => {
    const { clock, fails, state } = guarded();
    await fails(4);
    await clock.advance(2001);
    await fails(4);
    expect(state()).toBe('closed');
  });

  it('sends one probe after the pause, and bypasses Redis until it is answered', async () => {
    const { clock, redis, read, isSent, state } = await opened();
    await clock.advance(999);
    await expect(isSent()).resolves.toBe(false);
    await clock.advance(1);
    redis.reads = 'hanging';
    const probe = read();
    await expect(isSent()).resolves.toBe(false);
    redis.releaseHanging();
    await probe;
    await expect(isSent()).resolves.toBe(true);
    expect(state()).toBe('half-open');
  });

  it('closes when the probe and three commands after it have succeeded, however fast', async () => {
    const { clock, recovers, state } = await opened();
    await clock.advance(1000);
    await recovers();
    expect(state()).toBe('closed');
  });

  it('opens again when the probe gets no answer', async () => {
    const { clock, redis, read, state } = await opened();
    await clock.advance(1000);
    redis.reads = 'hanging';
    read();
    await clock.advance(50);
    expect(state()).toBe('open');
  });

  it('doubles the pause with every failed probe up to the cap, and starts over once closed', async () => {
    const { clock, fails, isSent, recovers, state } = await opened();
    for (const pauseMs of [1000, 2000, 4000, 8000, 8000]) {
      await clock.advance(pauseMs - 1);
      await expect(isSent()).resolves.toBe(false);
      await clock.advance(1);
      expect(state()).toBe('half-open');
      await fails(1);
    }
    await clock.advance(8000);
    await recovers();
    await fails(5);
    await clock.advance(1000);
    await expect(isSent()).resolves.toBe(true);
  });

  it('starts with a clean record once closed', async () => {
    const { clock, fails, recovers, state } = await opened();
    await clock.advance(1000);
    await recovers();
    await fails(4);
    expect(state()).toBe('closed');
  });

  it('spreads the pause over half of its length, so that replicas do not probe together', async () => {
    const { clock, isSent } = await opened({ random: () => 0 });
    await clock.advance(500);
    await expect(isSent()).resolves.toBe(true);
  });

  it('learns nothing from commands that were sent before its last change', async () => {
    const { clock, redis, operation, read, fails, isSent } = guarded({ redisOpenMs: 20 });
    const answer = Promise.withResolvers<string>();
    const early = operation.send(() => answer.promise);
    await fails(5);
    await clock.advance(20);
    redis.reads = 'hanging';
    read(); // the probe
    answer.resolve('early');
    await expect(early).resolves.toBe('early');
    await expect(isSent()).resolves.toBe(false);
  });

  it('waits as long as it was told, longer than any default of resilience', async () => {
    const { clock, redis, read, operation } = guarded({ redisTimeoutMs: 60_000 });
    redis.reads = 'hanging';
    const slow = read();
    await clock.advance(59_000);
    redis.releaseHanging();
    await expect(slow).resolves.toBe('');
    expect(operation.guard.snapshot().calls).toMatchObject({ live: 1, total: 1 });
  });

  it('counts a command once that is late and then fails', async () => {
    const { clock, redis, operation, read } = guarded();
    redis.getrange = () => new Promise((_, reject) => clock.setTimer(() => reject(new Error('late')), 60));
    const late = read();
    await clock.advance(100);
    await late;
    expect(operation.guard.snapshot()).toMatchObject({ outcomes: { timeout: 1, failure: 0 } });
    expect(operation.errors).toBe(0);
  });

  it('never opens because too many commands are in flight', async () => {
    const { redis, read, operation, state } = guarded({ redisMaxConcurrent: 1 });
    redis.reads = 'hanging';
    const first = read();
    for (let i = 0; i < 20; i++) await expect(read()).resolves.toBeUndefined();
    expect(redis.sent.reads).toBe(1);
    redis.releaseHanging();
    await expect(first).resolves.toBe('');
    expect(state()).toBe('closed');
    expect(operation.errors).toBe(0);
  });

  it('reports each change with its reason and the latest error', async () => {
    const { clock, recovers, events } = await opened();
    await clock.advance(1000);
    await recovers();
    expect(events.map(({ to, reason }) => `${to}: ${reason}`)).toEqual([
      'open: failureRatio',
      'half-open: open time over',
      'closed: recovered',
    ]);
    expect(events[0]).toMatchObject({ cache: 'test', operation: 'read', lastError: 'Error: down' });
  });

  it('reports a missing answer as the latest error', async () => {
    const { clock, redis, read, events } = guarded();
    redis.reads = 'hanging';
    for (let i = 0; i < 5; i++) read();
    await clock.advance(50);
    expect(events).toMatchObject([{ to: 'open', lastError: 'no answer within 50 ms' }]);
  });
});
