/// <reference path="../src/breaker/opossum.d.ts" />

import { createRequire } from 'node:module';
import { bulkhead, ConstantBackoff, circuitBreaker, handleAll, retry, SamplingBreaker } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PolicyOptions } from '../src/index.ts';
import { guarded } from '../src/testing/guarded.ts';
import { settled } from '../src/testing/manual-clock.ts';

/**
 * Known defects of the libraries this package learned from. Each is shown twice: that the library has it, so that
 * the list stays true, and that this package has not.
 */
interface Defect {
  readonly defect: string;
  readonly theirs: () => Promise<boolean>;
  readonly ours: () => Promise<boolean>;
}

// biome-ignore lint/suspicious/noExplicitAny: opossum has no types of its own, and these tests use all of it
const Opossum: any = createRequire(import.meta.url)('opossum');

const broken = async () => Promise.reject(new Error('broken'));
const hang = () => new Promise<string>(() => {});
const ignore = () => {};
const alone: PolicyOptions = { bulkhead: { enabled: false }, retry: { enabled: false }, deadlineMs: 60_000 };
const soon: PolicyOptions = {
  ...alone,
  breaker: { minCalls: 2, openMs: 1000, openJitterRatio: 0, probes: 1 },
};

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
}

const ofOpossum: Defect[] = [
  {
    defect: 'one timeout aborts every call in flight',
    async theirs() {
      const abortController = new AbortController();
      const breaker = new Opossum(hang, { timeout: 300, abortController });
      breaker.fire().catch(ignore);
      await pass(200);
      breaker.fire().catch(ignore);
      await pass(100);
      return abortController.signal.aborted;
    },
    async ours() {
      const { ask, work, clock } = guarded({ ...alone, attemptTimeoutMs: 300 });
      ask('a');
      await clock.advance(200);
      ask('b');
      await clock.advance(105);
      expect(work(0).context.signal.aborted).toBe(true);
      return work(1).context.signal.aborted;
    },
  },
  {
    defect: 'a timeout frees the permit while the work still runs',
    async theirs() {
      let atWork = 0;
      const work = () => {
        atWork++;
        return hang();
      };
      const breaker = new Opossum(work, { timeout: 300, capacity: 1, volumeThreshold: 100 });
      breaker.fire().catch(ignore);
      await pass(300);
      breaker.fire().catch(ignore);
      return atWork > 1;
    },
    async ours() {
      const { ask, asked, clock } = guarded({
        ...alone,
        attemptTimeoutMs: 300,
        bulkhead: { maxConcurrent: 1, maxQueue: 0 },
      });
      ask('a');
      await clock.advance(305);
      ask('b');
      return asked.length > 1;
    },
  },
  {
    defect: 'too many callers at once open the breaker',
    async theirs() {
      const breaker = new Opossum(hang, { timeout: false, capacity: 1 });
      for (let i = 0; i < 3; i++) breaker.fire().catch(ignore);
      await settled();
      return breaker.opened;
    },
    async ours() {
      const { guard, ask } = guarded({ ...soon, bulkhead: { enabled: true, maxConcurrent: 1, maxQueue: 0 } });
      await Promise.race([ask('a'), Promise.all([ask('b'), ask('c'), ask('d')])]);
      return guard.snapshot().policies.breaker.state !== 'closed';
    },
  },
  {
    defect: 'a success from before the trip closes a half-open breaker',
    async theirs() {
      let calls = 0;
      let answerFirst: (value: string) => void = ignore;
      const breaker = new Opossum(
        () => (calls++ === 0 ? new Promise<string>((resolve) => (answerFirst = resolve)) : broken()),
        { timeout: false, resetTimeout: 1000 },
      );
      breaker.fire().catch(ignore);
      await breaker.fire().catch(ignore);
      await breaker.fire().catch(ignore);
      await pass(1000);
      answerFirst('late news');
      await settled();
      return breaker.closed;
    },
    async ours() {
      const { guard, ask, work, clock } = guarded({ ...soon, attemptTimeoutMs: 10_000 });
      ask('early');
      for (let i = 1; i <= 2; i++) {
        const fate = ask('a');
        work(i).fail(new Error('broken'));
        await fate;
      }
      await clock.advance(1000);
      expect(guard.snapshot().policies.breaker.state).toBe('half-open');
      work(0).succeed('late news');
      await settled();
      return guard.snapshot().policies.breaker.state === 'closed';
    },
  },
  {
    defect: 'a probe that hangs keeps the breaker half-open for ever',
    async theirs() {
      let calls = 0;
      const breaker = new Opossum(() => (calls++ < 2 ? broken() : hang()), {
        timeout: false,
        resetTimeout: 1000,
      });
      for (let i = 0; i < 2; i++) await breaker.fire().catch(ignore);
      await pass(1000);
      breaker.fire().catch(ignore);
      await pass(3_600_000);
      return breaker.halfOpen;
    },
    async ours() {
      const { guard, ask, work, clock } = guarded({
        ...soon,
        deadline: { enabled: false },
        timeout: { enabled: false },
      });
      for (let i = 0; i < 2; i++) {
        const fate = ask('a');
        work(i).fail(new Error('broken'));
        await fate;
      }
      await clock.advance(1000);
      ask('probe that hangs');
      await clock.advance(505);
      return guard.snapshot().policies.breaker.state === 'half-open';
    },
  },
  {
    defect: 'failures from before it opened open it again right after it has closed',
    async theirs() {
      let calls = 0;
      const healthyAgain = 4;
      const breaker = new Opossum(() => (calls++ === healthyAgain ? Promise.resolve('fine') : broken()), {
        timeout: false,
        resetTimeout: 100,
        volumeThreshold: 4,
      });
      for (let i = 0; i < 4; i++) await breaker.fire().catch(ignore);
      await pass(100);
      await breaker.fire();
      expect(breaker.closed).toBe(true);
      await breaker.fire().catch(ignore);
      return breaker.opened;
    },
    async ours() {
      const { guard, ask, asked, clock } = guarded({
        ...alone,
        breaker: { minCalls: 4, openMs: 100, openJitterRatio: 0, probes: 1, rampStageMs: 0 },
      });
      const state = () => guard.snapshot().policies.breaker.state;
      const one = async (isWell: boolean) => {
        const fate = ask('a');
        if (isWell) asked.at(-1)?.succeed('fine');
        else asked.at(-1)?.fail(new Error('broken'));
        await fate;
        await settled();
      };
      for (let i = 0; i < 4; i++) await one(false);
      await clock.advance(100);
      while (state() !== 'closed') await one(true);
      await one(false);
      return state() === 'open';
    },
  },
  {
    defect: 'a breaker opened by hand closes itself',
    async theirs() {
      const breaker = new Opossum(async () => 'fine', { resetTimeout: 1000 });
      breaker.open();
      await pass(1000);
      await breaker.fire();
      return breaker.closed;
    },
    async ours() {
      const { guard, ask, clock } = guarded(alone);
      guard.isolate();
      await clock.advance(3_600_000);
      return (await ask('a')) === 'live';
    },
  },
  {
    defect: 'every call sets a timer of its own',
    async theirs() {
      const before = vi.getTimerCount();
      const breaker = new Opossum(hang, { timeout: 300 });
      for (let i = 0; i < 100; i++) breaker.fire().catch(ignore);
      return vi.getTimerCount() - before >= 100;
    },
    async ours() {
      const { ask, clock } = guarded({ ...alone, attemptTimeoutMs: 300 });
      for (let i = 0; i < 100; i++) ask(i);
      return clock.timersSet > 1;
    },
  },
];

const ofCockatiel: Defect[] = [
  {
    defect: 'failures still count after an hour without a call',
    async theirs() {
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 0.4 }),
      });
      for (let i = 0; i < 3; i++) await breaker.execute(broken).catch(ignore);
      await pass(3_600_000);
      await breaker.execute(broken).catch(ignore);
      return breaker.state === 1;
    },
    async ours() {
      const { guard, ask, asked, clock } = guarded({ ...alone, breaker: { minCalls: 4 } });
      for (let i = 0; i < 4; i++) {
        if (i === 3) await clock.advance(3_600_000);
        const fate = ask('a');
        asked.at(-1)?.fail(new Error('broken'));
        await fate;
      }
      return guard.snapshot().policies.breaker.state === 'open';
    },
  },
  {
    defect: 'callers behind a half-open probe wait for it without bound',
    async theirs() {
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 0.1 }),
      });
      await breaker.execute(broken).catch(ignore);
      await pass(1000);
      let answered = 0;
      for (let i = 0; i < 50; i++) breaker.execute(hang).then(ignore, () => answered++);
      await pass(3_600_000);
      return answered === 0;
    },
    async ours() {
      const { ask, work, clock } = guarded(soon);
      for (let i = 0; i < 2; i++) {
        const fate = ask('a');
        work(i).fail(new Error('broken'));
        await fate;
      }
      await clock.advance(1000);
      let answered = 0;
      for (let i = 0; i < 50; i++) ask(i).then(() => answered++);
      await settled();
      return answered < 49;
    },
  },
  {
    defect: 'a backoff goes on after the caller has cancelled',
    async theirs() {
      const policy = retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(60_000) });
      const cancel = new AbortController();
      let isOver = false;
      policy.execute(broken, cancel.signal).catch(() => {
        isOver = true;
      });
      await pass(0);
      cancel.abort();
      await pass(1000);
      return !isOver;
    },
    async ours() {
      const { ask, work, clock } = guarded({ deadlineMs: 600_000 });
      const cancel = new AbortController();
      let isOver = false;
      ask('a', { signal: cancel.signal }).then(() => {
        isOver = true;
      });
      work(0).fail(Object.assign(new Error('busy'), { retryAfterMs: 60_000 }));
      await clock.advance(10);
      cancel.abort();
      await settled();
      return !isOver;
    },
  },
  {
    defect: 'a latecomer takes the permit a queued call was waiting for',
    async theirs() {
      const policy = bulkhead(1, 1);
      const order: string[] = [];
      const job = (name: string, until: Promise<unknown>) =>
        policy.execute(() => {
          order.push(name);
          return until;
        });
      const first = Promise.withResolvers<void>();
      job('first', first.promise);
      job('queued', hang());
      first.resolve();
      queueMicrotask(() => job('latecomer', hang()));
      await settled();
      return order[1] !== 'queued';
    },
    async ours() {
      const { ask, asked, work } = guarded({ ...alone, bulkhead: { maxConcurrent: 1, maxQueue: 1 } });
      ask('first');
      ask('queued');
      work(0).succeed('fine');
      queueMicrotask(() => ask('latecomer'));
      await settled();
      return asked[1]?.input !== 'queued';
    },
  },
];

describe.each([
  ['opossum', ofOpossum],
  ['cockatiel', ofCockatiel],
])('a defect of %s that is not here', (_, defects) => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  test.each(defects)('$defect', async ({ theirs, ours }) => {
    expect(await theirs(), 'the library still has it').toBe(true);
    expect(await ours(), 'this package has it').toBe(false);
  });
});
