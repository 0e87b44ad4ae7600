import { expect, test } from 'vitest';
import { observe } from '../src/decisions/observe.ts';
import { observePool } from '../src/instrumentation/postgres.ts';
import { asTask } from '../src/traces/as-task.ts';

test('without an SDK a dependency gets no listener, so it builds no events', () => {
  const listeners: unknown[] = [];
  const onEvent = (listener: unknown) => {
    listeners.push(listener);
    return () => {};
  };
  const carryContext = () => expect.unreachable();
  observe({ name: 'inventory', onEvent, carryContext, snapshot: () => ({ policies: {} }) })();
  expect(listeners).toEqual([]);
});

test('without an SDK a pool is left alone', () => {
  const pool = { on: () => expect.unreachable() };
  expect(observePool(pool)).toBe(pool);
});

test('without an SDK a task is what it was', () => {
  const settle = async () => {};
  expect(asTask('settle', settle)).toBe(settle);
});
