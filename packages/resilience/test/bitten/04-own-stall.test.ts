import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { type DegradeStep, dependency, type PolicyOptions, standardPolicy } from '../../src/index.ts';
import { alone, guarded, settled } from './fixture.ts';

// got#525: the server answered in 50 ms, but our own process was blocked; the timer was handled before the answer.

/** Calls whose answers are there after 50 ms, while this process is blocked for `stallMs`. */
async function answersDuringStall(tools: ReturnType<typeof guarded>, calls: number, stallMs: number) {
  const first = tools.asked.length;
  const fates = Array.from({ length: calls }, (_, i) => tools.ask(i));
  const sent = tools.asked.slice(first);
  tools.clock.stall(stallMs);
  // The operating system has had the answers all along; the loop reads them once the timers have run.
  await settled();
  for (const work of sent) work.succeed('fine');
  await tools.clock.advance(20);
  // Calls that waited for a permit were asked only now.
  for (const work of tools.asked.slice(first + sent.length)) work.succeed('fine');
  await tools.clock.advance(200);
  return Promise.all(fates);
}

const once: PolicyOptions = { ...alone, deadlineMs: 5000 };

describe('a stall of our own event loop', () => {
  test.each([200, 700, 5000, 60_000])('of %i ms times no answered call out', async (stallMs) => {
    const tools = guarded({ ...once, deadlineMs: 600_000, attemptTimeoutMs: 150 });
    const fates = await answersDuringStall(tools, 30, stallMs);
    expect(fates).toEqual(Array(30).fill('live'));
    expect(tools.guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test('that outlasts the deadline lets those answers in that are there already', async () => {
    const tools = guarded({ ...once, deadlineMs: 300, attemptTimeoutMs: 200 });
    expect(await answersDuringStall(tools, 30, 700)).toEqual(Array(30).fill('live'));
  });

  test('in the middle of an attempt gives it the time back that it lost', async () => {
    const { ask, work, clock } = guarded({ ...once, attemptTimeoutMs: 300 });
    const fate = ask('a');
    await clock.advance(100);
    clock.stall(500);
    await clock.advance(150);
    work(0).succeed('fine');
    expect(await fate).toBe('live');
  });

  test('does not save an attempt that is too slow without it', async () => {
    const { ask, clock } = guarded({ ...once, attemptTimeoutMs: 300 });
    const fate = ask('a');
    await clock.advance(100);
    clock.stall(500);
    await clock.advance(320);
    expect(await fate).toBe('E_ATTEMPT_TIMEOUT');
  });

  test('makes no call slow for the breaker', async () => {
    const tools = guarded({ ...once, breaker: { minCalls: 20, slowCallMs: 400 } });
    await answersDuringStall(tools, 30, 2000);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', slowRatio: 0 });
  });

  test('of a few milliseconds, just when the time of an attempt is over, times out no answered call', async () => {
    const { ask, work, clock } = guarded({ ...once, attemptTimeoutMs: 50 });
    const fate = ask('a');
    await clock.advance(42);
    clock.stall(10);
    await settled();
    work(0).succeed('fine');
    expect(await fate).toBe('live');
  });

  test('that is followed by another at once times no answered call out', async () => {
    const tools = guarded({ ...once, attemptTimeoutMs: 150 });
    const fates = Array.from({ length: 30 }, (_, i) => tools.ask(i));
    for (let i = 0; i < 3; i++) {
      tools.clock.stall(700);
      await settled();
    }
    for (const work of tools.asked) work.succeed('fine');
    expect(await Promise.all(fates)).toEqual(Array(30).fill('live'));
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', slowRatio: 0 });
  });

  test('that comes before an attempt is no part of it', async () => {
    const { ask, clock } = guarded({ ...once, attemptTimeoutMs: 300 });
    ask('earlier');
    clock.stall(5000);
    const fate = ask('a');
    await clock.advance(330);
    expect(await fate).toBe('E_ATTEMPT_TIMEOUT');
  });

  test('makes no call slow where no time limit is on', async () => {
    const tools = guarded({
      ...once,
      deadline: { enabled: false },
      timeout: { enabled: false },
      breaker: { minCalls: 20, slowCallMs: 400 },
    });
    await answersDuringStall(tools, 30, 2000);
    await tools.clock.advance(300);
    await answersDuringStall(tools, 30, 2000);
    expect(tools.guard.snapshot().policies.breaker).toMatchObject({ state: 'closed', slowRatio: 0 });
    expect(tools.guard.snapshot().latencyMs.p99).toBeLessThan(250);
    await tools.clock.advance(200);
    expect(tools.clock.pendingTimers).toBe(0);
  });

  test('is in no latency that is shown, though the call waited for its permit meanwhile', async () => {
    const { guard, ask, work, clock } = guarded({
      ...once,
      bulkhead: { maxConcurrent: 1, queueTimeoutMs: 5000 },
    });
    const fates = [ask('first'), ask('second')];
    clock.stall(2000);
    await settled();
    work(0).succeed('fine');
    await clock.advance(20);
    work(1).succeed('fine');
    expect(await Promise.all(fates)).toEqual(['live', 'live']);
    expect(guard.snapshot().latencyMs.p99).toBeLessThan(250);
  });

  test('is in no latency that is shown, though the call was between two attempts', async () => {
    const { guard, ask, work, clock } = guarded({ ...once, retry: { enabled: true, baseDelayMs: 50 } });
    const fate = ask('a');
    work(0).fail(new Error('down'));
    await settled();
    clock.stall(2000);
    await clock.advance(20);
    work(1).succeed('fine');
    expect(await fate).toBe('live');
    expect(guard.snapshot().latencyMs.p99).toBeLessThan(250);
  });

  test('takes no answer from a cache that has it', async () => {
    let serve: (found: { value: string }) => void = () => {};
    const step: DegradeStep<unknown, string> = {
      source: 'cached',
      timeoutMs: 100,
      answer: () => new Promise((resolve) => (serve = resolve)),
    };
    const { ask, work, clock } = guarded(once, { degrade: [step] });
    const fate = ask('a');
    work(0).fail(new Error('down'));
    await settled();
    clock.stall(700);
    await settled();
    serve({ value: 'kept' });
    expect(await fate).toBe('cached');
  });

  test('is in no latency that is shown', async () => {
    const tools = guarded(once);
    await answersDuringStall(tools, 30, 2000);
    expect(tools.guard.snapshot().latencyMs.count).toBe(30);
    expect(tools.guard.snapshot().latencyMs.p99).toBeLessThan(250);
  });

  test('starts no hedge', async () => {
    const tools = guarded({ ...alone, retry: { maxAttempts: 2 }, hedge: { minCalls: 10 } });
    for (let i = 0; i < 30; i++) {
      const fate = tools.ask(i);
      await tools.clock.advance(50);
      tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    const before = tools.asked.length;
    await answersDuringStall(tools, 3, 700);
    expect(tools.asked.length - before).toBe(3);
  });

  test('shrinks no adaptive limit', async () => {
    const tools = guarded({ ...once, bulkhead: { maxQueue: 1000 }, adaptive: { initialLimit: 40 } });
    for (let i = 0; i < 200; i++) {
      const fate = tools.ask(i);
      await tools.clock.advance(50);
      tools.asked.at(-1)?.succeed('fine');
      await fate;
    }
    const limit = () => tools.guard.snapshot().policies.adaptive.limit;
    const before = limit();
    for (let i = 0; i < 5; i++) await answersDuringStall(tools, 30, 3000);
    expect(limit()).toBeGreaterThanOrEqual(before);
  });

  test('counts no timeout against the adaptive limit', async () => {
    const tools = guarded({ ...once, attemptTimeoutMs: 150, adaptive: { initialLimit: 100 } });
    for (let i = 0; i < 5; i++) await answersDuringStall(tools, 30, 700);
    expect(tools.guard.snapshot().policies.adaptive.limit).toBeGreaterThanOrEqual(100);
  });

  test('fails no probe', async () => {
    const { guard, ask, asked, clock } = guarded({
      ...once,
      breaker: {
        minCalls: 1,
        openMs: 1000,
        openJitterRatio: 0,
        probes: 1,
        probeTimeoutMs: 200,
        rampStageMs: 0,
      },
    });
    const fate = ask('a');
    asked[0]?.fail(new Error('down'));
    await fate;
    await clock.advance(1000);
    const probe = ask('probe');
    clock.stall(700);
    await settled();
    asked[1]?.succeed('fine');
    expect(await probe).toBe('live');
    expect(guard.snapshot().policies.breaker.state).not.toBe('open');
  });

  test('takes no permit from a call that waits in the queue', async () => {
    const { ask, work, clock } = guarded({ ...once, bulkhead: { maxConcurrent: 1, queueTimeoutMs: 100 } });
    const first = ask('first');
    const second = ask('second');
    clock.stall(700);
    await settled();
    work(0).succeed('fine');
    expect(await first).toBe('live');
    await settled();
    work(1).succeed('fine');
    expect(await second).toBe('live');
  });
});

describe('slowness that is theirs', () => {
  test('is noticed in a process that is late all the time', async () => {
    const { guard, ask, clock } = guarded({
      ...once,
      deadlineMs: 60_000,
      attemptTimeoutMs: 500,
      breaker: { minCalls: 20 },
    });
    const fates = Array.from({ length: 20 }, (_, i) => ask(i));
    for (let turn = 0; turn < 20; turn++) {
      clock.stall(150);
      await clock.advance(1);
    }
    expect(await Promise.all(fates)).toEqual(Array(20).fill('E_ATTEMPT_TIMEOUT'));
    expect(guard.snapshot().policies.breaker.state).toBe('open');
  });

  test('is charged in full, stall or not', async () => {
    const { guard, ask, asked, clock } = guarded({ ...once, breaker: { minCalls: 20, slowCallMs: 400 } });
    for (let i = 0; i < 20; i++) {
      const fate = ask(i);
      await clock.advance(450);
      asked.at(-1)?.succeed('fine');
      await fate;
    }
    expect(guard.snapshot().policies.breaker.state).toBe('open');
  });
});

const server = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const server = createServer((_, response) => setTimeout(() => response.end('fine'), 50));
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('a process that blocks for 700 ms gets the answers of a server that took 50', async () => {
  const worker = new Worker(server, { eval: true });
  const port = await new Promise((resolve) => worker.once('message', resolve));
  const guard = dependency({
    name: 'fast server',
    policy: standardPolicy({ deadlineMs: 5000, attemptTimeoutMs: 300, retry: { enabled: false } }),
    call: async (_: number, { signal }) => (await fetch(`http://127.0.0.1:${port}/`, { signal })).text(),
  });
  try {
    const fates = Array.from({ length: 30 }, (_, i) =>
      guard.call(i).then(
        () => 'live',
        ({ code }) => code,
      ),
    );
    // Long enough for all requests to be on their way.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const blockedUntilMs = performance.now() + 700;
    while (performance.now() < blockedUntilMs);
    expect(await Promise.all(fates)).toEqual(Array(30).fill('live'));
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  } finally {
    await worker.terminate();
  }
});
