import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'clock-step-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);
const hourMs = 3_600_000;
const preload = new URL('./clock-step.ts', import.meta.url).href;

/** What a process says whose clock is off by that many milliseconds. */
async function said(stepMs: number | undefined, script: string): Promise<unknown> {
  const file = join(folder, `step-${stepMs}`);
  if (stepMs !== undefined) writeFileSync(file, String(stepMs));
  const { stdout } = await run(
    process.execPath,
    ['--import', preload, '-e', `console.log(JSON.stringify(${script}))`],
    {
      env: { ...process.env, CLOCK_STEP_FILE: file },
    },
  );
  return JSON.parse(stdout);
}

describe('a process whose clock was stepped', () => {
  it.each([
    [5 * hourMs, 'Date.now()'],
    [-5 * hourMs, 'Date.now()'],
    [5 * hourMs, 'new Date().getTime()'],
    [-5 * hourMs, 'Date.parse(Date())'],
  ])('is off by %i ms in %s', async (stepMs, script) => {
    const off = Number(await said(stepMs, script)) - Date.now();
    expect(Math.abs(off - stepMs)).toBeLessThan(30_000);
  });

  it('is right without a file', async () => {
    expect(Math.abs(Number(await said(undefined, 'Date.now()')) - Date.now())).toBeLessThan(30_000);
  });

  it('keeps dates that are given, timers, and what is a date', async () => {
    const script =
      '[new Date(5).getTime(), new Date() instanceof Date, performance.now() < 60_000, Date.UTC(1970, 0, 2)]';
    expect(await said(hourMs, script)).toEqual([5, true, true, 86_400_000]);
  });
});
