import { ManualClock } from '@ballast/resilience/testing';
import { diag } from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { reportExportProblems } from './export-problems.ts';

afterEach(() => diag.disable());

test('a collector that is away is reported once in half a minute, with how many reports were left out', async () => {
  const clock = new ManualClock();
  const lines: { cause: string; suppressed: number }[] = [];
  reportExportProblems({ warn: (fields) => void lines.push(fields as never) }, clock);
  for (let second = 0; second < 90; second += 1) {
    diag.error(`second ${second}`);
    await clock.advance(1000);
  }
  expect(lines).toEqual([
    { cause: 'second 0', suppressed: 0 },
    { cause: 'second 30', suppressed: 29 },
    { cause: 'second 60', suppressed: 29 },
  ]);
});
