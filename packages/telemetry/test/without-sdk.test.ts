import { dependency, standardPolicy } from '@ballast/resilience';
import { expect, test, vi } from 'vitest';
import { asTask, observe, observeFlags } from '../src/index.ts';

test('without an SDK a dependency gets no listener, so it builds no events', () => {
  const inventory = dependency({ name: 'inventory', policy: standardPolicy(), call: async () => 'stock' });
  const onEvent = vi.spyOn(inventory, 'onEvent');
  const carryContext = vi.spyOn(inventory, 'carryContext');
  observe(inventory)();
  expect(onEvent).not.toHaveBeenCalled();
  expect(carryContext).not.toHaveBeenCalled();
});

test('without an SDK nobody listens to flags', () => {
  observeFlags({ isOn: () => true, onChange: () => expect.unreachable() })();
});

test('without an SDK a task is the function it was made of', () => {
  const settle = async () => {};
  expect(asTask('settle', settle)).toBe(settle);
});
