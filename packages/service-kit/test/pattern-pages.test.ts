import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { httpClientDefaults } from '../src/client/http-client.ts';
import { readConfig, serviceEnv } from '../src/process/config.ts';
import { deadlineDefaults } from '../src/request/request-context.ts';

const pages = join(import.meta.dirname, '../../../docs/patterns');
const page = (name: string) => readFileSync(join(pages, name), 'utf8');

const withoutComments = (source: string) => source.replaceAll(/^ *(\*|\/\/).*$/gm, '');
const src = join(import.meta.dirname, '../src');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => withoutComments(readFileSync(join(src, name), 'utf8')));

test('the table of problem codes is complete, and has none that is not in the code', () => {
  const rows = page('problem-details.md').matchAll(/^\| \d+ +\| (.*?) \|/gm);
  const told = Array.from(rows, ([, codes = '']) => Array.from(codes.matchAll(/[a-z-]+/g), String)).flat();
  const thrown = sources.flatMap((source) =>
    Array.from(source.matchAll(/problem\(\s*\d+,\s*'([a-z-]+)'/g), ([, code]) => code),
  );
  expect(thrown.length).toBeGreaterThan(15);
  expect(thrown.filter((code) => !told.includes(code ?? ''))).toEqual([]);
  expect(told.filter((code) => !sources.some((source) => source.includes(`'${code}'`)))).toEqual([]);
});

test('the deadline page tells the defaults as they are', () => {
  const { DEADLINE_DEFAULT_MS, DEADLINE_MAX_MS } = readConfig(z.object(serviceEnv), { PORT: '1' });
  const { answerReserveMs } = deadlineDefaults;
  const { deadlineMarginMs } = httpClientDefaults;
  const told = Array.from(
    page('deadline-propagation.md').matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm),
    ([, key, value]) => [key, Number(value)],
  );
  expect(Object.fromEntries(told)).toEqual({
    DEADLINE_DEFAULT_MS,
    DEADLINE_MAX_MS,
    answerReserveMs,
    deadlineMarginMs,
  });
});

test('the shutdown page tells the defaults as they are', () => {
  const { DRAIN_DELAY_MS, SHUTDOWN_GRACE_MS } = readConfig(z.object(serviceEnv), { PORT: '1' });
  const told = Array.from(
    page('graceful-shutdown.md').matchAll(/^\| `(\w+)` +\| (\d+) ms/gm),
    ([, key, value]) => [key, Number(value)],
  );
  expect(Object.fromEntries(told)).toEqual({ DRAIN_DELAY_MS, SHUTDOWN_GRACE_MS });
});
