import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** The rooms of `src`, the lowest first: each may import from those before it, type-only imports included. */
const rooms = [
  'primitives',
  'time',
  'pipeline',
  'policies',
  'breaker',
  'degrade',
  'shedder',
  'dependency',
  '.',
];

const root = resolve(import.meta.dirname, '../src');
const isTest = /\.test\.ts$|\.d\.ts$|^testing\//;
const files = globSync('**/*.ts', { cwd: root }).filter((file) => !isTest.test(file));
const importsOf = new Map(files.map((file) => [file, readImports(file)]));

function readImports(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = source.matchAll(/^\s*(?:import|export)\b[^'"]*?['"](\.[^'"]+)['"]/gm);
  return [...found].map(([, path]) => relative(root, resolve(root, dirname(file), path as string)));
}

test('every file stands in a room that is listed', () => {
  expect(new Set(files.map(dirname))).toEqual(new Set(rooms));
});

test('no file imports from a room above its own', () => {
  const levelOf = (file: string) => rooms.indexOf(dirname(file));
  const upward = files.flatMap((file) =>
    (importsOf.get(file) ?? [])
      .filter((target) => !target.endsWith('.d.ts') && levelOf(target) > levelOf(file))
      .map((target) => `${file} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test('no imports go in a circle', () => {
  const circles: string[] = [];
  const done = new Set<string>();
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of importsOf.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  }
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
