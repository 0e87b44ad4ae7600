import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';

// Real processes: on a machine with other work each start takes its time.
vi.setConfig({ testTimeout: 30_000 });

const launcher = resolve(import.meta.dirname, 'launcher.ts');

/** What `npx pnpm demo` leads to: a launcher, its shell, and a script that watches them. */
const script = `
  import { launchersOf, whenLauncherIsGone } from ${JSON.stringify(launcher)};
  whenLauncherIsGone(() => { console.log('gone'); process.exit(); });
  console.log(JSON.stringify(launchersOf(process.pid)));
  setInterval(() => {}, 1_000);
`;

test('a system is told when the package manager that launched it is gone', async () => {
  const inner = `sh -c '"$0" --input-type=module -e "$1"; true'`;
  const npx = spawn('/bin/sh', ['-c', `${inner} "$0" "$1"; true`, process.execPath, script], {
    argv0: 'npx',
    env: { ...process.env, npm_lifecycle_event: 'demo' },
  });
  const [pids] = await once(npx.stdout, 'data');
  const launchers = JSON.parse(String(pids)) as number[];
  expect(launchers).toContain(npx.pid);
  expect(launchers.length).toBeGreaterThan(1);
  const output = once(npx.stdout, 'data');
  npx.kill('SIGTERM');
  expect(String((await output)[0])).toBe('gone\n');
});
