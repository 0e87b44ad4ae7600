import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const packageFolder = join(import.meta.dirname, '..');
const workspace = join(packageFolder, '../..');
const project = mkdtempSync(join(tmpdir(), 'cache-pack-'));
const installed = join(project, 'node_modules/@ballast/cache');

/** The first example of the README, its dependency replaced by a value, ending when it has printed. */
function readmeExample(): string {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const offers = 'data:application/json,[{"sku":"tea"}]';
  return `${example.replace(/https:[^`]*/, offers)}\nprocess.exit(0);\n`;
}

/** What `npm install` of the tarball does, without the network: unpack it, and link its dependencies. */
async function install(): Promise<void> {
  await run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', project], { cwd: packageFolder });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    symlinkSync(join(packageFolder, 'node_modules', name), join(project, 'node_modules', name));
  }
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
}

describe('the packed package, in a project of its own', () => {
  beforeAll(install, 120_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('holds compiled code, types and the README, and no tests or sources', () => {
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const unexpected = readdirSync(join(installed, 'dist')).filter(
      (name) => !/^[a-z-]+\.(js|d\.ts)$/.test(name),
    );
    expect(unexpected).toEqual([]);
  });

  it('runs the example of the README under plain Node', async () => {
    writeFileSync(join(project, 'example.js'), readmeExample());
    const { stdout } = await run(process.execPath, ['example.js'], { cwd: project });
    expect(stdout).toBe("live 0 [ { sku: 'tea' } ]\n");
  });

  it('type-checks the example of the README, and its own types, in strict mode', async () => {
    writeFileSync(join(project, 'example.ts'), readmeExample());
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
    const typeRoots = ['--typeRoots', join(workspace, 'node_modules/@types')];
    const tsc = join(workspace, 'node_modules/.bin/tsc');
    await expect(run(tsc, [...options, ...typeRoots, 'example.ts'], { cwd: project })).resolves.toBeDefined();
  }, 60_000);
});
