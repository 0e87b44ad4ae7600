import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string>;
};

/** What is loaded with a file, itself and the files of this package left out. Types are not loaded. */
function loadedWith(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const loads = source.matchAll(
    /^\s*(?:import|export)\s+(?!type\b)[^'"]*?from '([^']+)'|^import '([^']+)'/gm,
  );
  return Array.from(loads, ([, from, bare]) => from ?? bare ?? '').flatMap((specifier) =>
    specifier.startsWith('.') ? loadedWith(resolve(dirname(file), specifier)) : [specifier],
  );
}

test.each([
  ['./protections', []],
  ['./resilience-report', ['zod']],
])('%s can be loaded by a browser: it loads no more than %j', (entry, expected) => {
  expect([...new Set(loadedWith(join(root, exports[entry] ?? '')))]).toEqual(expected);
});

test('other files load what a browser does not have', () => {
  expect(loadedWith(join(root, 'src/app/app.ts'))).toContain('express');
});
