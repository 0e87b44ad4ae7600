/// <reference path="./opossum.d.ts" />
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import Opossum from 'opossum';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runs } from '../../test/properties/runs.ts';
import { longestTimerMs } from '../primitives/options.ts';
import { guarded } from '../testing/guarded.ts';
import { settled } from '../testing/manual-clock.ts';

// Every instance of the real opossum: its constructor registers listeners, so `on` sees each of them. These tests turn
// red when opossum-circuit.ts is replaced by a state machine of our own, since then nothing is made, and nothing
// follows what is done to an instance.
const made: Opossum[] = [];
/** What all of them have announced, as the names of the states. */
let announced: string[] = [];
const announcements = { open: 'open', halfOpen: 'half-open', close: 'closed' };

beforeEach(() => {
  made.length = 0;
  announced = [];
  Opossum.prototype.on = function on(this: Opossum, ...args: Parameters<EventEmitter['on']>) {
    if (!made.includes(this)) {
      made.push(this);
      for (const [event, state] of Object.entries(announcements))
        EventEmitter.prototype.on.call(this, event, () => announced.push(state));
    }
    return EventEmitter.prototype.on.apply(this, args) as typeof this;
  };
});

afterEach(() => {
  vi.useRealTimers();
  Reflect.deleteProperty(Opossum.prototype, 'on');
});

const latest = (): Opossum => made.at(-1) as Opossum;

function breaker() {
  const policy = { retry: { enabled: false }, bulkhead: { enabled: false } };
  const settings = { minCalls: 2, openMs: 1000, openJitterRatio: 0, probes: 1, rampStageMs: 0 };
  const { guard, work, asked, clock } = guarded({ ...policy, breaker: settings });

  async function ask(succeeds: boolean): Promise<string> {
    const before = asked.length;
    const answer = guard.call('a').then(
      () => 'answered',
      (error) => error.code ?? 'failed',
    );
    if (asked.length > before) {
      if (succeeds) work(before).succeed('fine');
      else work(before).fail(new Error('broken'));
    }
    return answer;
  }

  async function open(): Promise<void> {
    await ask(false);
    await ask(false);
    expect(state()).toBe('open');
  }

  const state = () => guard.snapshot().policies.breaker.state;
  return { guard, clock, ask, open, state };
}

test('a dependency that was never open has no opossum, and so none of its listeners', async () => {
  const { ask, open } = breaker();
  await ask(true);
  await ask(true);
  await ask(false);
  expect(made).toHaveLength(0);
  await open();
  expect(made).toHaveLength(1);
});

test('lets go of opossum when it closes, and leaves no listener behind', async () => {
  const { guard, open, state } = breaker();
  await open();
  const { rotateBucketController } = latest().options as { rotateBucketController: EventEmitter };
  expect(rotateBucketController.listenerCount('rotate')).toBe(1);
  guard.configure({ breaker: { enabled: false } });
  expect(state()).toBe('closed');
  expect(rotateBucketController.listenerCount('rotate')).toBe(0);
});

test('shares no emitter among dependencies: one that is dropped while it is open is let go of', async () => {
  const emitters = new Set<unknown>();
  for (let i = 0; i < 5; i++) {
    const { open } = breaker();
    await open();
    emitters.add(latest().options.rotateBucketController);
  }
  expect(emitters.size).toBe(5);
});

test('is open while opossum is open, and closes when opossum closes', async () => {
  const { ask, open, state } = breaker();
  await open();
  expect(latest().opened).toBe(true);
  expect(await ask(true)).toBe('E_BREAKER_OPEN');
  latest().close();
  expect(state()).toBe('closed');
  expect(await ask(true)).toBe('answered');
});

test('is half-open while opossum is, and opens again when opossum opens', async () => {
  const { ask, open, state, clock } = breaker();
  await open();
  await clock.advance(1005);
  expect(state()).toBe('half-open');
  expect(latest().halfOpen).toBe(true);
  latest().open();
  expect(state()).toBe('open');
  expect(await ask(true)).toBe('E_BREAKER_OPEN');
});

test('becomes half-open when the timer of opossum itself makes it so, and can recover from there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ask, open, state } = breaker();
  await open();
  vi.advanceTimersByTime(longestTimerMs);
  expect(made).toHaveLength(1);
  expect(latest().halfOpen).toBe(true);
  expect(state()).toBe('half-open');
  for (let i = 0; i < 20 && state() === 'half-open'; i++) await ask(true);
  await settled();
  expect(state()).toBe('closed');
});

test('stays isolated when opossum leaves the open state by itself', async () => {
  const { guard, ask, state } = breaker();
  const reported: string[] = [];
  guard.onEvent((event) => event.type === 'breaker.transition' && reported.push(event.to));
  guard.isolate();
  latest().close();
  expect(state()).toBe('isolated');
  expect(await ask(true)).toBe('E_BREAKER_OPEN');
  guard.release();
  expect(state()).toBe('closed');
  expect(await ask(true)).toBe('answered');
  expect(reported).toEqual(['isolated', 'closed']);
});

test('begins its recovery by one fire of opossum, which decides what becomes of it', async () => {
  const { ask, open, state, clock } = breaker();
  await open();
  await clock.advance(1005);
  const heard: string[] = [];
  for (const event of ['success', 'failure', 'close', 'open']) latest().on(event, () => heard.push(event));
  expect(latest().stats.fires).toBe(1);
  for (let i = 0; i < 20 && state() === 'half-open'; i++) {
    await ask(true);
    await clock.advance(10);
  }
  expect(heard).toEqual(expect.arrayContaining(['success', 'close']));
  expect(state()).toBe('closed');
});

test('agrees with opossum after every step of any schedule', async () => {
  const step = fc.constantFrom('success', 'failure', 'wait', 'isolate', 'release', 'off', 'on');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      made.length = 0;
      announced = [];
      const { guard, ask, state, clock } = breaker();
      const reported: string[] = [];
      guard.onEvent((event) => event.type === 'breaker.transition' && reported.push(event.to));
      for (const one of steps) {
        if (one === 'success' || one === 'failure') await ask(one === 'success');
        else if (one === 'wait') await clock.advance(700);
        else if (one === 'isolate') guard.isolate();
        else if (one === 'release') guard.release();
        else guard.configure({ breaker: { enabled: one === 'on' } });
        await settled();
        const opossum = made.at(-1);
        const theirs = opossum === undefined || opossum.isShutdown ? 'closed' : stateOf(opossum);
        const ours = state();
        expect(ours === 'isolated' ? 'open' : ours).toBe(theirs);
      }
      // Isolation is a gate of ours, so its events have no counterpart.
      if (!steps.includes('isolate')) expect(reported).toEqual(announced);
    }),
    runs(),
  );
});

function stateOf({ opened, halfOpen, closed }: Opossum): string {
  expect([opened, halfOpen, closed].filter(Boolean)).toHaveLength(1);
  return opened ? 'open' : halfOpen ? 'half-open' : 'closed';
}
