import { expect, test } from 'vitest';
import { Recovery, rampRatios } from './recovery.ts';

const verdictOf = (recovery: Recovery): Promise<string> =>
  Promise.race([
    recovery.verdict.then(
      () => 'recovered',
      () => 'failed',
    ),
    new Promise<string>((resolve) => setImmediate(resolve, 'undecided')),
  ]);

/** All probes have passed, at time 0. */
function ramping(rampStageMs = 100): Recovery {
  const recovery = new Recovery(2, rampStageMs);
  for (let i = 0; i < 2; i++) if (recovery.admits(0)) recovery.passed(0);
  return recovery;
}
const admitted = (recovery: Recovery, calls: number): number =>
  Array.from({ length: calls }, () => recovery.admits(0)).filter(Boolean).length;

test('admits its probes and no more', () => {
  expect(admitted(new Recovery(3, 100), 64)).toBe(3);
});

test('begins to ramp when every probe has passed', () => {
  const recovery = new Recovery(2, 100);
  expect(admitted(recovery, 5)).toBe(2);
  recovery.passed(0);
  expect(recovery.share).toBe(0);
  recovery.passed(0);
  expect(recovery.share).toBe(rampRatios[0]);
});

test('lets the first call of each stage pass, so that little traffic is enough', () => {
  const recovery = ramping();
  for (const share of rampRatios) {
    expect(recovery.share).toBe(share);
    expect(recovery.admits(0)).toBe(true);
    recovery.passed(1000 * (1 + rampRatios.indexOf(share)));
  }
});

test('recovers from calls that are few: one for each stage time passes, whatever its share', async () => {
  const recovery = ramping(100);
  let nowMs = 0;
  for (let call = 0; call < 6; call++) {
    if (recovery.admits(nowMs)) recovery.passed(nowMs);
    nowMs += 120;
  }
  expect(await verdictOf(recovery)).toBe('recovered');
});

test('lets no more than the share pass where calls are many', () => {
  const recovery = ramping(1000);
  let admittedCalls = 0;
  for (let nowMs = 0; nowMs < 1000; nowMs++) if (recovery.admits(nowMs)) admittedCalls++;
  expect(admittedCalls).toBeGreaterThan(90);
  expect(admittedCalls).toBeLessThan(110);
});

test('stays in a stage for its time', () => {
  const recovery = ramping(100);
  recovery.passed(99);
  expect(recovery.share).toBe(0.1);
  recovery.passed(100);
  expect(recovery.share).toBe(0.25);
});

test('has recovered after the last stage', async () => {
  const recovery = ramping(0);
  for (let i = 0; i < rampRatios.length; i++) recovery.passed(i);
  expect(await verdictOf(recovery)).toBe('recovered');
});

test('fails at once and for good', async () => {
  const recovery = ramping(0);
  expect(recovery.fail()).toBe(true);
  expect(recovery.fail()).toBe(false);
  recovery.passed(5);
  expect(recovery.admits(0)).toBe(false);
  expect(await verdictOf(recovery)).toBe('failed');
});
