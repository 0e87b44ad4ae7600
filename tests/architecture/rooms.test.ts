import { describe, expect, it } from 'vitest';
import { unplacedFiles, upwardImports } from './rooms.ts';

const order = { folder: 'house/src', rooms: ['cellar', 'hall', 'attic', 'index.ts'] };

const upward = (file: string, target: string): string[] =>
  upwardImports([{ file: `house/src/${file}`, target: `house/src/${target}` }], order);

describe('upwardImports', () => {
  it.each([
    ['index.ts', 'attic/a.ts'],
    ['attic/a.ts', 'cellar/a.ts'],
    ['hall/a.ts', 'hall/b.ts'],
    ['cellar/a.test.ts', 'attic/a.ts'],
  ])('lets %s import %s', (file, target) => {
    expect(upward(file, target)).toEqual([]);
  });

  it.each([
    ['cellar/a.ts', 'hall/a.ts'],
    ['cellar/deep/a.ts', 'attic/deep/a.ts'],
    ['attic/a.ts', 'index.ts'],
  ])('reports that %s imports %s', (file, target) => {
    expect(upward(file, target)).toEqual([
      `house/src/${file} imports house/src/${target}, which stands above it`,
    ]);
  });

  it('leaves other folders alone', () => {
    const imports = [{ file: 'shed/cellar/a.ts', target: 'shed/attic/a.ts' }];
    expect(upwardImports(imports, order)).toEqual([]);
  });
});

describe('unplacedFiles', () => {
  it('reports what the order does not name, tests apart', () => {
    const files = ['hall/a.ts', 'index.ts', 'shed/a.ts', 'other.ts', 'other.test.ts'];
    expect(
      unplacedFiles(
        files.map((file) => `house/src/${file}`),
        order,
      ),
    ).toEqual(['house/src/shed/a.ts', 'house/src/other.ts']);
  });
});
