import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { requireStandby } from './standby.ts';

const folder = mkdtempSync(join(tmpdir(), 'standby-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('requires a standby as long as it is told to, and leaves other settings as they are', () => {
  const file = join(folder, 'postgresql.auto.conf');
  writeFileSync(file, "# settings\nwork_mem = '4MB'\n");
  requireStandby(folder, undefined, true);
  requireStandby(folder, undefined, true);
  expect(
    readFileSync(file, 'utf8').match(/synchronous_standby_names = 'a_standby_that_is_away'/g),
  ).toHaveLength(1);
  requireStandby(folder, undefined, false);
  expect(readFileSync(file, 'utf8')).toBe("# settings\nwork_mem = '4MB'\n");
});
