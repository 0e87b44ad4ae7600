import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { guarded } from '../testing/guarded.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('asks nobody for a caller who has already left', async () => {
  const { ask, asked } = guarded();
  expect(await ask('a', { signal: AbortSignal.abort() })).toBe('E_CANCELLED');
  expect(asked).toHaveLength(0);
});

test('adds one listener to a signal, however many calls and dependencies share it', async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) {
    const { ask, work } = guarded();
    const fates = [ask('a', { signal }), ask('b', { signal })];
    work(0).succeed('fine');
    work(1).succeed('fine');
    await Promise.all(fates);
  }
  expect(listeners(signal)).toBe(1);
});

/** As many calls as it takes for idle signals to be let go, each with a signal of its own. */
async function otherCallers(): Promise<AbortSignal[]> {
  const { guard } = guarded({}, { call: async () => 'fine' });
  const signals = Array.from({ length: 600 }, () => new AbortController().signal);
  for (const signal of signals) await guard.call('a', { signal });
  return signals;
}

test('lets go of the signals of callers who have gone, all but a few', async () => {
  const signals = await otherCallers();
  expect(signals.filter((signal) => listeners(signal) > 0).length).toBeLessThanOrEqual(256);
});

test('listens to a signal with a call in flight, however many others come and go', async () => {
  const { ask, work } = guarded();
  const cancel = new AbortController();
  const first = ask('a', { signal: cancel.signal });
  work(0).succeed('fine');
  await first;
  const second = ask('a', { signal: cancel.signal });
  await otherCallers();
  cancel.abort();
  expect(await second).toBe('E_CANCELLED');
});

test('listens again to a signal that was let go', async () => {
  const { ask, work } = guarded();
  const cancel = new AbortController();
  const first = ask('a', { signal: cancel.signal });
  work(0).succeed('fine');
  await first;
  await otherCallers();
  expect(listeners(cancel.signal)).toBe(0);
  const second = ask('a', { signal: cancel.signal });
  cancel.abort();
  expect(await second).toBe('E_CANCELLED');
});

test('does not cancel what is over', async () => {
  const { guard, ask, work } = guarded();
  const cancel = new AbortController();
  const fate = ask('a', { signal: cancel.signal });
  work(0).succeed('fine');
  await fate;
  cancel.abort();
  expect(guard.snapshot().outcomes).toMatchObject({ success: 1, cancelled: 0 });
});

test('degrades nothing for a caller who has left', async () => {
  let asked = 0;
  const { guard, ask } = guarded(
    {},
    { degrade: [{ source: 'default', answer: () => ({ value: String(++asked) }) }] },
  );
  const cancel = new AbortController();
  const fate = ask('a', { signal: cancel.signal });
  cancel.abort();
  expect(await fate).toBe('E_CANCELLED');
  expect(asked).toBe(0);
  expect(guard.snapshot().outcomes.cancelled).toBe(1);
});

test('ends many calls through one signal', async () => {
  const { ask } = guarded({ bulkhead: { maxConcurrent: 2 } });
  const cancel = new AbortController();
  const fates = Array.from({ length: 8 }, () => ask('a', { signal: cancel.signal }));
  cancel.abort();
  expect(new Set(await Promise.all(fates))).toEqual(new Set(['E_CANCELLED']));
});
