import { expect, test } from 'vitest';
import { evidenceOf } from './evidence.ts';
import { inventoryKilled } from './inventory-killed.ts';
import { judgeRun } from './judge.ts';
import type { ScenarioResult } from './run-scenario.ts';
import type { Variant } from './scenario.ts';
import { recordingOf } from './testing.ts';

function resultOf(variant: Variant, retriesPerSecond: number): ScenarioResult {
  const { brokenFromMs, brokenToMs } = inventoryKilled;
  const isBroken = (atMs: number) => atMs > brokenFromMs && atMs <= brokenToMs;
  const recording = recordingOf(inventoryKilled, (atMs) => ({
    counts: isBroken(atMs) ? { pending: 10 } : { live: 10 },
    retries: isBroken(atMs) ? (retriesPerSecond * atMs) / 1000 : 0,
  }));
  const judgement = judgeRun(inventoryKilled, variant, recording);
  return { scenario: inventoryKilled, variant, recording, ...judgement };
}

const pageOf = (...results: ScenarioResult[]) => evidenceOf([{ scenario: inventoryKilled, results }]);

test('both runs stand beside each other, and what broke is bold', () => {
  const page = pageOf(resultOf('protected', 0), resultOf('naive', 10));
  expect(page).toContain('| | must be | with | without breaker, retry-budget |\n|---|---:|---:|---:|\n');
  expect(page).toContain('| orders that fail | none | 0 % | 0 % |\n');
  expect(page).toContain('| attempts per call while it is gone | at most 1.10x | 1.00x | **2.00x** |\n');
  expect(page).not.toContain('not as declared');
});

test('a run that is not as declared says so, in the line and below', () => {
  const page = pageOf(resultOf('protected', 10), resultOf('naive', 0));
  expect(page).toContain('| at most 1.10x | **2.00x** (not as declared) | 1.00x (not as declared) |\n');
  expect(page).toContain('The protected run: not as declared.');
  expect(page).toContain('The naive run: not as declared.');
});
