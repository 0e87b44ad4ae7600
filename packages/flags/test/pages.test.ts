import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagDefaults } from '../src/index.ts';

describe('the page of the pattern', () => {
  it('tells what every flag does, and of no other flag', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/patterns/feature-flags.md'), 'utf8');
    const told = [...page.matchAll(/^\| `((?:feature|protection)\.[a-z-]+)` +\|/gm)].map(([, key]) => key);
    expect(told.sort()).toEqual(Object.keys(flagDefaults).sort());
  });
});
