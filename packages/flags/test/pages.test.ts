import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const shipped = JSON.parse(readFileSync(join(root, 'infra/flags/flags.json'), 'utf8'));

describe('the page of the pattern', () => {
  it('lists every flag of the file that ships, and no other', () => {
    const page = readFileSync(join(root, 'docs/patterns/feature-flags.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `((?:feature|protection)\.[a-z-]+)` +\|/gm)].map(([, key]) => key);
    expect(listed.sort()).toEqual(Object.keys(shipped.flags).sort());
  });
});

it('the package names no feature of the product', () => {
  const folder = join(import.meta.dirname, '..');
  const files = globSync('{README.md,{src,test}/**/*.ts}', { cwd: folder });
  const features = Object.keys(shipped.flags).filter((key) => key.startsWith('feature.'));
  expect(features).not.toEqual([]);
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const feature of features) expect(text, file).not.toContain(feature);
  }
});
