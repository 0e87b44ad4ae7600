import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defaultMaxBodyBytes } from '../src/app/app.ts';
import { chaosFaults, maxFaultMs, maxStallMs } from '../src/chaos/chaos.ts';
import { httpClientDefaults } from '../src/client/http-client.ts';
import { serverLimits } from '../src/lifecycle/server.ts';
import { databaseDefaults } from '../src/postgres/database.ts';
import { databaseEnv, readConfig, serviceEnv } from '../src/process/config.ts';
import { maxJsonDepth } from '../src/request/json-safety.ts';
import { deadlineDefaults } from '../src/request/request-context.ts';

const repositoryRoot = join(import.meta.dirname, '..');
const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
const [, main = ''] = /```ts main\.ts\n(.*?)```/s.exec(readme) ?? [];

test('the main.ts of the README is a service of at most 30 lines that runs', async () => {
  expect(main.trim().split('\n').length).toBeLessThanOrEqual(30);
  // Inside the package, so that it finds the package under its public name.
  const folder = mkdtempSync(join(repositoryRoot, 'test', 'readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'main.ts'), main);
  const child = spawn(process.execPath, [join(folder, 'main.ts')], {
    env: { ...process.env, PORT: '0', DRAIN_DELAY_MS: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const { url } = JSON.parse(line) as { url: string };
  expect(await (await fetch(`${url}/v1/greetings/Ada`)).json()).toEqual({ text: 'Hello, Ada' });
  expect((await fetch(`${url}/v1/greetings/${'a'.repeat(41)}`)).status).toBe(400);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 30_000);

test.each([
  ['serverLimits', serverLimits],
  ['deadlineDefaults', deadlineDefaults],
  ['httpClientDefaults', httpClientDefaults],
  ['databaseDefaults', databaseDefaults],
])('the README tells %s as they are', (name, defaults) => {
  const [, table = ''] = new RegExp(`\`${name}\`[^]*?\\n\\n((?:\\|.*\\n)+)`).exec(readme) ?? [];
  const rows = Array.from(table.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm), ([, key, value]) => [
    key,
    Number(value),
  ]);
  expect(Object.fromEntries(rows)).toEqual(defaults);
});

test('the README tells limits, environment and faults as they are', () => {
  expect(readme).toContain(
    `at most ${defaultMaxBodyBytes} bytes (\`maxBodyBytes\`), nested at most ${maxJsonDepth} deep`,
  );
  expect(readme).toContain(`\`forMs\` (at most ${maxFaultMs})`);
  expect(readme).toContain(`for \`forMs\`, at most ${maxStallMs}`);
  const given = { PORT: '1', DATABASE_URL: 'postgres://h/d' };
  const defaults = readConfig(z.object({ ...serviceEnv, ...databaseEnv }), given);
  for (const [key, value] of Object.entries(defaults)) {
    if (!(key in given)) expect(readme).toContain(`\`${key}\` (${value})`);
  }
  const rows = Array.from(readme.matchAll(/^\| `([a-z-]+)` +\| /gm), ([, fault]) => fault);
  expect(rows).toEqual([...chaosFaults]);
});
