import { createRequire } from 'node:module';
import { bulkhead, ConstantBackoff, circuitBreaker, handleAll, retry, SamplingBreaker } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { settled } from '../../src/testing/manual-clock.ts';
import type { defectsOfCockatiel, defectsOfOpossum, Shown } from '../known-defects.ts';

// biome-ignore lint/suspicious/noExplicitAny: opossum has no types of its own, and these tests use all of it
const Opossum: any = createRequire(import.meta.url)('opossum');

const broken = async () => Promise.reject(new Error('broken'));
const hang = () => new Promise<string>(() => {});
const ignore = () => {};

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
}

const ofOpossum: Shown<(typeof defectsOfOpossum)[number]> = {
  async 'one timeout aborts every call in flight'() {
    const abortController = new AbortController();
    const breaker = new Opossum(hang, { timeout: 300, abortController });
    breaker.fire().catch(ignore);
    await pass(200);
    breaker.fire().catch(ignore);
    await pass(100);
    return abortController.signal.aborted;
  },
  async 'a timeout frees the permit while the work still runs'() {
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
  async 'too many callers at once open the breaker'() {
    const breaker = new Opossum(hang, { timeout: false, capacity: 1 });
    for (let i = 0; i < 3; i++) breaker.fire().catch(ignore);
    await settled();
    return breaker.opened;
  },
  async 'a success from before the trip closes a half-open breaker'() {
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
  async 'a probe that hangs keeps the breaker half-open for ever'() {
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
  async 'failures from before it opened open it again right after it has closed'() {
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
  async 'a breaker opened by hand closes itself'() {
    const breaker = new Opossum(async () => 'fine', { resetTimeout: 1000 });
    breaker.open();
    await pass(1000);
    await breaker.fire();
    return breaker.closed;
  },
  async 'every call sets a timer of its own'() {
    const before = vi.getTimerCount();
    const breaker = new Opossum(hang, { timeout: 300 });
    for (let i = 0; i < 100; i++) breaker.fire().catch(ignore);
    return vi.getTimerCount() - before >= 100;
  },
};

const ofCockatiel: Shown<(typeof defectsOfCockatiel)[number]> = {
  async 'failures still count after an hour without a call'() {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 0.4 }),
    });
    for (let i = 0; i < 3; i++) await breaker.execute(broken).catch(ignore);
    await pass(3_600_000);
    await breaker.execute(broken).catch(ignore);
    return breaker.state === 1;
  },
  async 'callers behind a half-open probe wait for it without bound'() {
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
  async 'a backoff goes on after the caller has cancelled'() {
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
  async 'a latecomer takes the permit a queued call was waiting for'() {
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
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

// A red test here is good news: the library has mended something. Then the defect leaves the list, and ADR 0015 with
// it.
describe.each([
  ['opossum', ofOpossum],
  ['cockatiel', ofCockatiel],
])('a defect that %s still has', (_library, defects) => {
  test.each(Object.entries(defects))('%s', async (_defect, isThere) => {
    expect(await isThere()).toBe(true);
  });
});
