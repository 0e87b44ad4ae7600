import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invariants } from '../chaos/checker/check.ts';
import { mutations } from '../chaos/checker/mutations/mutations.ts';
import { isKilled, judgeAll, lineOf } from './judge.ts';
import { openLaboratory } from './laboratory.ts';
import { mutants } from './list/index.ts';
import { type Catcher, type Mutant, mutated, serviceOf, type UnitTest } from './mutant.ts';
import { rowsIn } from './table.ts';
import { root } from './workspace.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const catchers = mutants.flatMap(({ caughtBy }) => caughtBy);

describe('the list of mutants', () => {
  it('has at least 40 over all three services, each with a name of its own', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(40);
    expect(new Set(mutants.map(serviceOf))).toEqual(
      new Set(['services/orders', 'services/inventory', 'services/recommendation']),
    );
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  });

  it.each(mutants)('$id applies to the sources as they are', (mutant) => {
    expect(() => mutated(mutant, read)).not.toThrow();
    expect(mutant.caughtBy).not.toEqual([]);
  });

  it('names unit tests that exist', () => {
    const missing = catchers.filter((catcher) => catcher.instrument === 'unit' && !hasTest(catcher));
    expect(missing).toEqual([]);
  });

  it('has for each invariant a mutant, or an edit of an honest run, that nothing else would notice', () => {
    const alone = new Set([
      ...catchers.flatMap((catcher) => (isAlone(catcher) ? [catcher.invariant] : [])),
      ...mutations.map(({ breaks }) => breaks),
    ]);
    expect(invariants.filter(({ id }) => !alone.has(id))).toEqual([]);
  });

  it('is the list that the page shows', () => {
    const rows = rowsIn(read('docs/mutants.md'));
    expect(rows.map(({ id, instrument }) => `${id} ${instrument}`)).toEqual(
      mutants.flatMap(({ id, caughtBy }) => caughtBy.map(({ instrument }) => `${id} ${instrument}`)),
    );
  });
});

/** Titles of a table have a place for the name of the case. */
function hasTest({ file, title }: UnitTest): boolean {
  const titles = [...read(file).matchAll(/'([^'\n]+)'/g)].map((match) => match[1] as string);
  return titles.some((text) => {
    const [before = '', after] = text.split('%s');
    return after === undefined ? text === title : title.startsWith(before) && title.endsWith(after);
  });
}

function isAlone(catcher: Catcher): catcher is Extract<Catcher, { isAlone: boolean }> {
  return catcher.instrument !== 'unit' && catcher.isAlone;
}

/** Quick ones of every kind; `pnpm test:mutants` demands all of them. */
const shortList: readonly [id: string, instrument: Catcher['instrument']][] = [
  ['orders-answers-what-it-could-not-store', 'simulation'],
  ['orders-waits-for-a-dead-first-request', 'simulation'],
  ['orders-never-confirms-what-it-reserved', 'simulation'],
  ['orders-takes-the-price-of-another-product', 'unit'],
  ['orders-settles-without-compare-and-set', 'unit'],
  ['orders-asks-before-it-stores', 'unit'],
  ['relay-parks-everything-at-once', 'unit'],
  ['inventory-books-no-stock', 'unit'],
  ['recommendation-counts-each-announcement', 'unit'],
];

function shortened(): Mutant[] {
  return shortList.flatMap(([wanted, instrument]) =>
    mutants
      .filter(({ id }) => id === wanted)
      .map((mutant) => {
        const caughtBy = mutant.caughtBy.filter((catcher) => catcher.instrument === instrument);
        return { ...mutant, caughtBy };
      }),
  );
}

// They are compiled with all others below, once.
const openWithoutCompiler = () => ({
  ...openLaboratory(),
  compileErrors: async () => new Map<string, string>(),
});

it('kills the short list', { timeout: 300_000 }, async () => {
  const laboratory = openWithoutCompiler();
  try {
    const results = await judgeAll(shortened(), laboratory);
    expect(results.filter((result) => !isKilled(result)).map(lineOf)).toEqual([]);
    expect(results).toHaveLength(shortList.length);
  } finally {
    laboratory.close();
  }
});

it('reports a bug that nobody notices', { timeout: 120_000 }, async () => {
  const laboratory = openWithoutCompiler();
  const [first] = shortened();
  const harmless: Mutant = {
    ...(first as Mutant),
    id: 'harmless',
    edits: (first as Mutant).edits.map(({ file, find }) => ({
      file,
      find,
      replace: `/* nothing */ ${find}`,
    })),
  };
  try {
    const results = await judgeAll([harmless], laboratory);
    expect(results.map(({ judgement }) => judgement)).toEqual([
      { kind: 'survived', reason: 'everything is green' },
    ]);
  } finally {
    laboratory.close();
  }
});

it('compiles all of them, and reports one that does not', { timeout: 120_000 }, async () => {
  const laboratory = openLaboratory();
  const [first] = mutants;
  const untyped: Mutant = {
    ...(first as Mutant),
    id: 'untyped',
    edits: (first as Mutant).edits.map((edit) => ({
      ...edit,
      replace: `${edit.find} const n: number = 'n';`,
    })),
  };
  try {
    const errors = await laboratory.compileErrors([...mutants, untyped]);
    expect([...errors.keys()]).toEqual(['untyped']);
  } finally {
    laboratory.close();
  }
});
