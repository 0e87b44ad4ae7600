import { afterEach, expect, test, vi } from 'vitest';
import { settled } from '../testing/manual-clock.ts';
import { OpossumCircuit } from './opossum-circuit.ts';

afterEach(() => {
  vi.useRealTimers();
});

function circuit() {
  const heard: string[] = [];
  const one = new OpossumCircuit({
    opened: () => heard.push('opened'),
    halfOpened: () => heard.push('half-opened'),
    closed: () => heard.push('closed'),
  });
  return { one, heard };
}

test('says what it became, once', () => {
  const { one, heard } = circuit();
  one.open();
  one.open();
  one.close();
  one.close();
  expect(heard).toEqual(['opened', 'closed']);
});

test('closes on a verdict that resolves', async () => {
  const { one, heard } = circuit();
  one.open();
  one.halfOpen();
  one.decide(Promise.resolve());
  await settled();
  expect(heard).toEqual(['opened', 'half-opened', 'closed']);
});

test('opens on a verdict that rejects', async () => {
  const { one, heard } = circuit();
  one.open();
  one.halfOpen();
  one.decide(Promise.reject(new Error('still broken')));
  await settled();
  expect(heard).toEqual(['opened', 'half-opened', 'opened']);
});

test('takes no verdict on a recovery that was overruled', async () => {
  const { one, heard } = circuit();
  const verdict = Promise.withResolvers<void>();
  one.open();
  one.halfOpen();
  one.decide(verdict.promise);
  one.open();
  verdict.resolve();
  await settled();
  expect(heard).toEqual(['opened', 'half-opened', 'opened']);
});

test('starts no interval, and leaves no timer behind that could change it', () => {
  vi.useFakeTimers();
  const { one, heard } = circuit();
  expect(vi.getTimerCount()).toBe(0);
  one.open();
  vi.advanceTimersByTime(24 * 3_600_000);
  one.halfOpen();
  one.decide(new Promise(() => {}));
  expect(vi.getTimerCount()).toBe(0);
  expect(heard).toEqual(['opened', 'half-opened']);
});
