import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const workspace = join(root, '..', '..');
let folder: string;

/** pnpm where a pnpm script already runs, and npm's way to it elsewhere. */
async function pnpm(...args: string[]) {
  // Under `npx -p node@22` its package is in the environment, and an npx inside takes pnpm@12 for a command of that.
  const { npm_config_package: _, ...env } = process.env;
  const options = { cwd: root, env };
  await run('pnpm', args, options).catch(() => run('npx', ['-y', 'pnpm@12', ...args], options));
}

/** What the compiler has to say about a file of the stranger. */
async function typecheck(...args: string[]): Promise<string> {
  const tsc = join(await realpath(join(workspace, 'node_modules', 'typescript')), 'bin', 'tsc');
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
  const { stdout } = await run(process.execPath, [tsc, ...strict, ...args], { cwd: folder }).catch(
    (error) => error,
  );
  return stdout;
}

// An empty project, far from this workspace, that knows the package only as a tarball.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packed-'));
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'dist', 'left-over.js'), '// of a build before this one');
  await pnpm('pack', '--pack-destination', folder);
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(folder, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }');
  // The dependency comes from this checkout, so that the test needs no network.
  const opossum = await realpath(join(root, 'node_modules', 'opossum'));
  const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--install-links'];
  await run('npm', ['install', ...quiet, opossum, `./${tarball}`], { cwd: folder });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('runs under plain Node as compiled JavaScript', async () => {
  const main = `
    import { defaultAnswer, dependency, standardPolicy } from '@ballast/resilience';
    import { ManualClock } from '@ballast/resilience/testing';
    const guard = dependency({
      name: 'recommendation',
      policy: standardPolicy({ deadlineMs: 800, attemptTimeoutMs: 300, retry: { enabled: false } }),
      call: async () => { throw new Error('down'); },
      degrade: [defaultAnswer(() => 'popular')],
      clock: new ManualClock(),
    });
    console.log(JSON.stringify(await guard.call('c-42')));
  `;
  await writeFile(join(folder, 'main.js'), main);
  const { stdout, stderr } = await run(process.execPath, ['--no-experimental-strip-types', 'main.js'], {
    cwd: folder,
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ value: 'popular', source: 'default', reason: 'Error' });
});

test('carries types that check in a strict project without ours', async () => {
  const main = `
    import { type Answer, type DependencySnapshot, dependency } from '@ballast/resilience';
    const guard = dependency({ name: 'prices', call: async (sku: string) => sku.length });
    const answer: Promise<Answer<number>> = guard.call('mug', { priority: 'critical' });
    const snapshot: DependencySnapshot = guard.snapshot();
    export const inFlight: number = snapshot.policies.bulkhead.inFlight;
    // @ts-expect-error a number is no sku
    guard.call(5);
    export { answer };
  `;
  await writeFile(join(folder, 'main.ts'), main);
  expect(await typecheck('main.ts')).toBe('');
}, 60_000);

test('has a README whose examples check: each by itself, or as what follows the first', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example as string);
  expect(examples.length).toBeGreaterThan(3);
  const files = examples.map((_, index) => `readme-${index}.ts`);
  for (const [index, example] of examples.entries()) {
    const isWhole = example.startsWith('import ');
    await writeFile(join(folder, files[index] as string), isWhole ? example : `${examples[0]}\n${example}`);
  }
  expect(await typecheck(...files, '--lib', 'es2024,esnext.disposable,dom')).toBe('');
}, 60_000);

test('carries neither tests, nor sources, nor what an earlier build has left', async () => {
  const files = await readdir(join(folder, 'node_modules', '@ballast', 'resilience'), { recursive: true });
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']));
  expect(files).not.toContain('dist/left-over.js');
  expect(files.filter((name) => /\.test\.|^src|\/guarded\.js|(?<!\.d)\.ts$/.test(name))).toEqual([]);
});
