import { expect, test } from 'vitest';
import { RetryBudget, retryBudgetDefaults } from './retry-budget.ts';

function spendAll(budget: RetryBudget, nowMs: number): number {
  let spent = 0;
  while (spent < 10_000 && budget.spend(nowMs)) spent++;
  return spent;
}

test('allows a few retries however quiet it is', () => {
  expect(spendAll(new RetryBudget(retryBudgetDefaults), 0)).toBe(3);
});

test('allows a tenth of the requests', () => {
  const budget = new RetryBudget(retryBudgetDefaults);
  for (let i = 0; i < 1000; i++) budget.countRequest(5000);
  expect(spendAll(budget, 5000)).toBe(100);
  expect(budget.available(5000)).toBe(0);
});

test('earns its retries back as the window moves on', () => {
  const budget = new RetryBudget(retryBudgetDefaults);
  expect(spendAll(budget, 5000)).toBe(3);
  expect(spendAll(budget, 14_999)).toBe(0);
  expect(spendAll(budget, 15_000)).toBe(3);
});

test('rejects nothing when disabled, and still counts', () => {
  const budget = new RetryBudget({ ...retryBudgetDefaults, enabled: false });
  for (let i = 0; i < 100; i++) expect(budget.spend(5000)).toBe(true);
  budget.configure(retryBudgetDefaults);
  expect(budget.spend(5000)).toBe(false);
});
