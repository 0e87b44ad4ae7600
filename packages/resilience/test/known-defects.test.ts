import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PolicyOptions } from '../src/index.ts';
import { guarded } from '../src/testing/guarded.ts';
import { settled } from '../src/testing/manual-clock.ts';
import {
  defectsInPublicIssues,
  type defectsOfCockatiel,
  type defectsOfOpossum,
  type Shown,
} from './known-defects.ts';

const alone: PolicyOptions = { bulkhead: { enabled: false }, retry: { enabled: false }, deadlineMs: 60_000 };
const soon: PolicyOptions = {
  ...alone,
  breaker: { minCalls: 2, openMs: 1000, openJitterRatio: 0, probes: 1 },
};

const ofOpossum: Shown<(typeof defectsOfOpossum)[number]> = {
  async 'one timeout aborts every call in flight'() {
    const { ask, work, clock } = guarded({ ...alone, attemptTimeoutMs: 300 });
    ask('a');
    await clock.advance(200);
    ask('b');
    await clock.advance(105);
    expect(work(0).context.signal.aborted).toBe(true);
    return work(1).context.signal.aborted;
  },
  async 'a timeout frees the permit while the work still runs'() {
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
  async 'too many callers at once open the breaker'() {
    const { guard, ask } = guarded({ ...soon, bulkhead: { enabled: true, maxConcurrent: 1, maxQueue: 0 } });
    await Promise.race([ask('a'), Promise.all([ask('b'), ask('c'), ask('d')])]);
    return guard.snapshot().policies.breaker.state !== 'closed';
  },
  async 'a success from before the trip closes a half-open breaker'() {
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
  async 'a probe that hangs keeps the breaker half-open for ever'() {
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
  async 'failures from before it opened open it again right after it has closed'() {
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
  async 'a breaker opened by hand closes itself'() {
    const { guard, ask, clock } = guarded(alone);
    guard.isolate();
    await clock.advance(3_600_000);
    return (await ask('a')) === 'live';
  },
  async 'every call sets a timer of its own'() {
    const { ask, clock } = guarded({ ...alone, attemptTimeoutMs: 300 });
    for (let i = 0; i < 100; i++) ask(i);
    return clock.timersSet > 1;
  },
};

const ofCockatiel: Shown<(typeof defectsOfCockatiel)[number]> = {
  async 'failures still count after an hour without a call'() {
    const { guard, ask, asked, clock } = guarded({ ...alone, breaker: { minCalls: 4 } });
    for (let i = 0; i < 4; i++) {
      if (i === 3) await clock.advance(3_600_000);
      const fate = ask('a');
      asked.at(-1)?.fail(new Error('broken'));
      await fate;
    }
    return guard.snapshot().policies.breaker.state === 'open';
  },
  async 'callers behind a half-open probe wait for it without bound'() {
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
  async 'a backoff goes on after the caller has cancelled'() {
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
  async 'a latecomer takes the permit a queued call was waiting for'() {
    const { ask, asked, work } = guarded({ ...alone, bulkhead: { maxConcurrent: 1, maxQueue: 1 } });
    ask('first');
    ask('queued');
    work(0).succeed('fine');
    queueMicrotask(() => ask('latecomer'));
    await settled();
    return asked[1]?.input !== 'queued';
  },
};

describe.each([
  ['opossum', ofOpossum],
  ['cockatiel', ofCockatiel],
])('a defect of %s that is not here', (_library, defects) => {
  test.each(Object.entries(defects))('%s', async (_defect, isHere) => {
    expect(await isHere()).toBe(false);
  });
});

test.each(defectsInPublicIssues)('%s, %s, has a test', (issue, _defect, file) => {
  expect(readFileSync(new URL(`bitten/${file}`, import.meta.url), 'utf8')).toContain(issue.split('#')[1]);
});
