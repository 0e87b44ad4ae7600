import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import type { PolicyOptions } from '../dependency/standard-policy.ts';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

const requests = new AsyncLocalStorage<string>();

/** Calls that are made within a request, and where their work and their events found themselves. */
function withinRequests(options: PolicyOptions) {
  const tools = guarded(options);
  const events: string[] = [];
  tools.guard.onEvent(({ type }) => events.push(`${type} in ${requests.getStore()}`));
  tools.guard.carryContext({
    capture: () => requests.getStore(),
    run: (request, work) => requests.run(request as string, work),
  });
  const askIn = (request: string, signal?: AbortSignal) =>
    requests.run(request, () => tools.ask(request, signal ? { signal } : {}));
  return { ...tools, events, askIn };
}

const patient = { deadlineMs: 10_000, attemptTimeoutMs: 1000 };

test('a call that waited for a permit goes on in its own request, not in the one that freed it', async () => {
  const { askIn, work, events } = withinRequests({
    ...patient,
    bulkhead: { maxConcurrent: 1, maxQueue: 1 },
    retry: { enabled: false },
  });
  askIn('first');
  askIn('second');
  requests.run('first', () => work(0).succeed(''));
  await settled();
  work(1).succeed('');
  await settled();
  expect(events).toContain('queued in second');
  expect(events.filter((event) => event.endsWith('in undefined'))).toEqual([]);
});

test('a retry asks in the request of its call, though a shared timer wakes it', async () => {
  const { askIn, work, clock, events, asked } = withinRequests({
    ...patient,
    retry: { maxAttempts: 2, baseDelayMs: 20 },
  });
  askIn('first');
  work(0).fail(new Error('no'));
  await clock.advance(100);
  expect(asked).toHaveLength(2);
  work(1).succeed('');
  await settled();
  expect(events).toEqual(['attempt in first', 'retry in first', 'attempt in first', 'call.end in first']);
});

test('what a timeout decides is told in the request of the call', async () => {
  const { askIn, clock, events } = withinRequests({
    ...patient,
    attemptTimeoutMs: 50,
    retry: { enabled: false },
  });
  askIn('first');
  askIn('second');
  await clock.advance(100);
  expect(events.filter((event) => event.endsWith('first'))).toEqual([
    'attempt in first',
    'call.end in first',
  ]);
  expect(events.filter((event) => event.endsWith('second'))).toEqual([
    'attempt in second',
    'call.end in second',
  ]);
});

test("a cancel is told in the request of the call, not in the canceller's", async () => {
  const controller = new AbortController();
  const { askIn, events } = withinRequests({ ...patient, retry: { enabled: false } });
  askIn('first', controller.signal);
  requests.run('canceller', () => controller.abort());
  await settled();
  expect(events).toContain('call.end in first');
});

const once = { bulkhead: { maxConcurrent: 1, maxQueue: 4 }, retry: { enabled: false } };
let warn: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
});
afterEach(() => warn.mockRestore());

const broken = () => {
  throw new Error('broken carrier');
};

test.each([
  { fails: 'before it runs the work', run: broken },
  {
    fails: 'after it has run the work',
    run: (_: unknown, work: () => void) => {
      work();
      broken();
    },
  },
])('a carrier that fails $fails keeps nobody waiting, and is told of once', async ({ run }) => {
  const { guard, ask, asked, work } = guarded({ ...patient, ...once });
  guard.carryContext({ capture: () => undefined, run });
  const fates = Array.from({ length: 4 }, (_, index) => ask(index));
  for (let i = 0; i < 4; i++) {
    work(i).succeed('');
    await settled();
  }
  expect(await Promise.all(fates)).toEqual(Array(4).fill('live'));
  expect(asked.map(({ input }) => input)).toEqual([0, 1, 2, 3]);
  expect(guard.snapshot().policies.bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'broken carrier' }));
});

test('a context that cannot be captured is gone without, and the call goes on', async () => {
  const { guard, ask, work } = guarded({ ...patient, ...once });
  guard.carryContext({ capture: broken, run: (_, work) => work() });
  const fates = [ask('a'), ask('b')];
  work(0).succeed('');
  await settled();
  work(1).succeed('');
  expect(await Promise.all(fates)).toEqual(['live', 'live']);
  expect(warn).toHaveBeenCalledOnce();
});
