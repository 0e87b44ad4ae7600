import { createLoadShedder, dependency, standardPolicy } from '@ballast/resilience';
import { expect, onTestFinished, test } from 'vitest';
import { applyProtections, protectionFlags } from './protections.ts';

function switches() {
  const off = new Set<string>();
  const listeners = new Set<() => void>();
  const set = (key: string, on: boolean) => {
    if (on) off.delete(key);
    else off.add(key);
    for (const listener of listeners) listener();
  };
  const onChange = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { set, isOn: (key: string) => !off.has(key), onChange };
}

function guarded() {
  const inventory = dependency({ name: 'inventory', call: async () => 1 });
  const { breaker, bulkhead, retry, timeout, deadline, fallback } = inventory.snapshot().policies;
  expect([breaker, bulkhead, timeout, deadline, fallback].every(({ enabled }) => enabled)).toBe(true);
  expect(retry.settings.budget.enabled).toBe(true);
  return inventory;
}

test.each([
  ['protection.breaker', (p) => p.breaker.enabled],
  ['protection.bulkhead', (p) => p.bulkhead.enabled],
  ['protection.retry-budget', (p) => p.retry.settings.budget.enabled],
  ['protection.timeouts', (p) => p.timeout.enabled],
  ['protection.deadline', (p) => p.deadline.enabled],
  ['protection.fallback', (p) => p.fallback.enabled],
] satisfies [
  string,
  (policies: ReturnType<ReturnType<typeof guarded>['snapshot']>['policies']) => boolean,
][])('%s switches every dependency, live', (key, enabledIn) => {
  const flags = switches();
  const both = [guarded(), guarded()];
  applyProtections(flags, both);
  const enabled = () => both.map((one) => enabledIn(one.snapshot().policies));
  flags.set(key, false);
  expect(enabled()).toEqual([false, false]);
  flags.set(key, true);
  expect(enabled()).toEqual([true, true]);
});

test('protection.shedding switches the shedder, protection.cache the caches', () => {
  const flags = switches();
  const shedder = createLoadShedder();
  onTestFinished(() => shedder.close());
  const cache = {
    enabled: true,
    configure: (settings: { enabled: boolean }) => Object.assign(cache, settings),
  };
  applyProtections(flags, [], shedder, [cache]);
  flags.set('protection.shedding', false);
  flags.set('protection.cache', false);
  expect([shedder.snapshot().enabled, cache.enabled]).toEqual([false, false]);
});

test('a flag that is off at the start counts at once', () => {
  const flags = switches();
  flags.set('protection.breaker', false);
  const inventory = guarded();
  applyProtections(flags, [inventory]);
  expect(inventory.snapshot().policies.breaker.enabled).toBe(false);
});

test('a protection that was made off stays off while its flag is on', () => {
  const flags = switches();
  const inventory = dependency({
    name: 'inventory',
    policy: standardPolicy({ bulkhead: { enabled: false } }),
    call: async () => 1,
  });
  applyProtections(flags, [inventory]);
  flags.set('protection.breaker', false);
  expect(inventory.snapshot().policies.bulkhead.enabled).toBe(false);
});

test('after stopping, flags switch nothing any more', () => {
  const flags = switches();
  const inventory = guarded();
  applyProtections(flags, [inventory])();
  for (const key of protectionFlags) flags.set(key, false);
  expect(inventory.snapshot().policies.breaker.enabled).toBe(true);
});
