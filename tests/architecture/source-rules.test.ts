import { expect, it } from 'vitest';
import { sources } from './imports.ts';
import { read } from './repository.ts';

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
