import type { InvariantId } from '../chaos/checker/verdict.ts';

/** A bug that somebody could write, as edits of the sources, and what has to notice it. */
export type Mutant = {
  readonly id: string;
  readonly edits: readonly Edit[];
  readonly caughtBy: readonly Catcher[];
  /** What would go wrong for a customer or an operator. */
  readonly why: string;
};

/** `find` stands exactly once in the file, a source of a service: what could mean two places means neither. */
export type Edit = { readonly file: string; readonly find: string; readonly replace: string };

/** An instrument, and the one test or invariant in it that has to go red. */
export type Catcher = UnitTest | BrokenInvariant;

export type UnitTest = {
  readonly instrument: 'unit';
  /** A test file of a service. */
  readonly file: string;
  /** The title of the test, as the report of a run prints it. */
  readonly title: string;
};

export type BrokenInvariant = {
  readonly instrument: 'simulation' | 'chaos';
  readonly invariant: InvariantId;
  /** No other invariant goes red: without this one the bug would pass. */
  readonly isAlone: boolean;
};

/** An edit of a source of that service. */
export const editOf =
  (service: 'inventory' | 'orders' | 'recommendation') =>
  (source: string, find: string, replace: string): Edit => {
    return { file: `services/${service}/src/${source}`, find, replace };
  };

/** This test of a service goes red. */
export function unit(file: string, title: string): UnitTest {
  return { instrument: 'unit', file: `services/${file}`, title };
}

/** This invariant goes red in the simulation. */
export function simulation(invariant: InvariantId, only?: 'alone'): BrokenInvariant {
  return { instrument: 'simulation', invariant, isAlone: only === 'alone' };
}

/** This invariant goes red in a short run against the real system. */
export function chaos(invariant: InvariantId, only?: 'alone'): BrokenInvariant {
  return { instrument: 'chaos', invariant, isAlone: only === 'alone' };
}

/** The source did not read as the mutant expects, so nothing can be said about it. */
export class StaleMutantError extends Error {
  override readonly name = 'StaleMutantError';
  readonly code = 'E_STALE_MUTANT';
}

/** The files with the bug in them, by their paths. Throws StaleMutantError. */
export function mutated(
  { id, edits }: Pick<Mutant, 'id' | 'edits'>,
  read: (file: string) => string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const text = texts.get(file) ?? read(file);
    const places = text.split(find).length - 1;
    if (places !== 1)
      throw new StaleMutantError(
        `${id}: ${JSON.stringify(find)} stands ${places} times in ${file}, not once`,
      );
    texts.set(
      file,
      text.replace(find, () => replace),
    );
  }
  return texts;
}

/** `services/orders` for a mutant of orders. */
export const serviceOf = ({ edits }: Pick<Mutant, 'edits'>): string =>
  (edits[0] as Edit).file.split('/').slice(0, 2).join('/');

/** As the table names it. */
export function nameOf(catcher: Catcher): string {
  if (catcher.instrument !== 'unit') return `${catcher.invariant}${catcher.isAlone ? ', alone' : ''}`;
  return `${catcher.file.replace(/^services\//, '')}: ${catcher.title}`;
}
