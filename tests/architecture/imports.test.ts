import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allImports, importsOf, workspaceFolders } from './imports.ts';
import { root } from './repository.ts';

const file = 'packages/cache/src/made-up.ts';

describe('importsOf', () => {
  it.each([
    ["import { a } from './a.ts';", 'packages/cache/src/a.ts'],
    ["import './a.ts';", 'packages/cache/src/a.ts'],
    ["import {\n  a,\n  b,\n} from '../a.ts';", 'packages/cache/a.ts'],
    ["export { a } from './a.ts';", 'packages/cache/src/a.ts'],
    ["export * from './a.ts';", 'packages/cache/src/a.ts'],
    ["const a = await import('./a.ts');", 'packages/cache/src/a.ts'],
    ["import { dependency } from '@ballast/resilience';", 'packages/resilience/src/index.ts'],
    ["import { Redis } from 'ioredis';", 'ioredis'],
  ])('reads %s', (text, target) => {
    expect(importsOf(file, text)).toMatchObject([{ file, target, isTypeOnly: false }]);
  });

  it.each([
    "import type { A } from './a.ts';",
    "export type { A } from './a.ts';",
    "export type * from './a.ts';",
    "type A = import('./a.ts').A;",
    "type A = typeof import('./a.ts');",
  ])('reads %s, for types alone', (text) => {
    expect(importsOf(file, text)).toMatchObject([{ target: 'packages/cache/src/a.ts', isTypeOnly: true }]);
  });

  it.each([
    "// import { a } from './a.ts';",
    `const text = "import { a } from './a.ts'";`,
    "export const a = './a.ts';",
  ])('is not fooled by %s', (text) => {
    expect(importsOf(file, text)).toEqual([]);
  });
});

describe('the imports of this repository', () => {
  it('are seen in every part of the workspace', () => {
    for (const folder of workspaceFolders)
      expect(allImports.filter((one) => one.file.startsWith(`${folder}/`)).length, folder).toBeGreaterThan(0);
  });

  it('lead to files that exist', () => {
    const strays = allImports
      .filter(({ specifier }) => /^(\.|@ballast\/)/.test(specifier))
      .filter(({ target }) => !existsSync(join(root, target)));
    expect(strays.map((stray) => `${stray.file} imports ${stray.specifier}`)).toEqual([]);
  });
});
