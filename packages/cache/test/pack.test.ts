import { execFile } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const packageFolder = join(import.meta.dirname, '..');
const workspace = join(packageFolder, '../..');
const project = mkdtempSync(join(tmpdir(), 'cache-pack-'));
const modules = join(project, 'node_modules');
const installed = join(modules, '@ballast/cache');

/** The first example of the README, its dependency replaced by a value, ending when it has printed. */
function readmeExample(): string {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const offers = 'data:application/json,[{"sku":"tea"}]';
  return `${example.replace(/https:[^`]*/, offers)}\nprocess.exit(0);\n`;
}

/** The example of the front page, its server replaced by one that is not there. */
function frontPageExample(): string {
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(workspace, 'README.md'), 'utf8')) ?? [];
  return `${example.replace('https://shop.example', 'http://127.0.0.1:1')}
    console.log(source, ageMs, value.join());\n`;
}

/** Runs a script of the project under plain Node, and answers what it has printed. */
async function printed(script: string): Promise<string> {
  writeFileSync(join(project, 'script.js'), script);
  const { stdout } = await run(process.execPath, ['--no-experimental-strip-types', 'script.js'], {
    cwd: project,
  });
  return stdout;
}

/** What `npm install` of the tarball does, without the network: unpack it, and link its other dependencies. */
async function install(name: 'cache' | 'resilience', folder: string): Promise<void> {
  const target = join(modules, '@ballast', name);
  const tarballs = mkdtempSync(join(tmpdir(), 'cache-tarball-'));
  await run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', tarballs], { cwd: folder });
  const tarball = readdirSync(tarballs).find((file) => file.endsWith('.tgz')) ?? '';
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', join(tarballs, tarball), '-C', target, '--strip-components=1']);
  rmSync(tarballs, { recursive: true });
  for (const dependency of Object.keys(manifestOf(name).dependencies)) {
    if (dependency.startsWith('@ballast/')) continue;
    symlinkSync(join(workspace, 'packages', name, 'node_modules', dependency), join(modules, dependency));
  }
}

function manifestOf(name: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(modules, '@ballast', name, 'package.json'), 'utf8'));
}

/** A copy, because the tests of resilience may be packing it at this moment, and both would write its `dist`. */
function copyOfResilience(): string {
  const copies = join(project, 'workspace');
  const copy = join(copies, 'packages/resilience');
  const source = join(workspace, 'packages/resilience');
  for (const file of ['package.json', 'README.md', 'tsconfig.build.json', 'src']) {
    cpSync(join(source, file), join(copy, file), { recursive: true });
  }
  cpSync(join(workspace, 'tsconfig.json'), join(copies, 'tsconfig.json'));
  cpSync(join(workspace, 'LICENSE'), join(copy, 'LICENSE'));
  symlinkSync(join(source, 'node_modules'), join(copy, 'node_modules'));
  symlinkSync(join(workspace, 'node_modules'), join(copies, 'node_modules'));
  return copy;
}

describe('the packed package, in a project of its own', () => {
  beforeAll(async () => {
    await install('cache', packageFolder);
    await install('resilience', copyOfResilience());
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  }, 120_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('holds compiled code, types and the README, and no tests or sources', () => {
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const files = globSync('**/*.*', { cwd: join(installed, 'dist') });
    expect(files).toContain('redis/redis-tier.js');
    expect(files.filter((name) => !/^(redis\/)?[a-z-]+\.(js|d\.ts)$/.test(name))).toEqual([]);
  });

  it('asks for resilience in a version that a registry or the other tarball can give', () => {
    expect(manifestOf('cache').dependencies['@ballast/resilience']).toBe(
      `^${manifestOf('resilience').version}`,
    );
  });

  it('runs the example of the README under plain Node', async () => {
    await expect(printed(readmeExample())).resolves.toBe("live 0 [ { sku: 'tea' } ]\n");
  });

  it('throws the InvalidOptionError of resilience, so that one instanceof catches both', async () => {
    const script = `
      import { InvalidOptionError } from '@ballast/resilience';
      import { connectRedis, createCache } from '@ballast/cache';
      for (const open of [() => createCache({ ttlMS: 1 }), () => connectRedis('')]) {
        try { open(); } catch (error) { console.log(error instanceof InvalidOptionError); }
      }`;
    await expect(printed(script)).resolves.toBe('true\ntrue\n');
  });

  it.each([
    ['the README', readmeExample],
    ['the front page', frontPageExample],
  ])(
    'type-checks the example of %s, and its own types, in strict mode',
    async (_page, example) => {
      writeFileSync(join(project, 'example.ts'), example());
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2024',
        '--module',
        'nodenext',
        '--types',
        'node',
      ];
      const typeRoots = ['--typeRoots', join(workspace, 'node_modules/@types')];
      const tsc = join(workspace, 'node_modules/.bin/tsc');
      const checked = run(tsc, [...options, ...typeRoots, 'example.ts'], { cwd: project });
      await expect(checked.catch(({ stdout }) => stdout)).resolves.toMatchObject({ stdout: '' });
    },
    60_000,
  );

  it('runs the example of the front page, whose server is not there', async () => {
    await expect(printed(stripTypeScriptTypes(frontPageExample()))).resolves.toBe(
      'default undefined COFFEE,MUG\n',
    );
  });
});
