import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, sources } from './imports.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

it('has one InvalidOptionError, so that instanceof holds across packages', () => {
  const homes = sources.filter((file) => /^\s*(export )?class InvalidOptionError\b/m.test(read(file)));
  expect(homes).toEqual(['packages/resilience/src/primitives/invalid-option-error.ts']);
});

it('has no comment line that is wider than 120 columns', () => {
  const wide = sources.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        line.length > 120 && /^\s*(\/\/|\/?\*)/.test(line) ? [`${file}:${index + 1}`] : [],
      ),
  );
  expect(wide).toEqual([]);
});
