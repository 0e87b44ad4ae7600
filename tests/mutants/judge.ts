import type { InvariantId } from '../chaos/checker/verdict.ts';
import { type Catcher, type Mutant, mutated, nameOf, StaleMutantError } from './mutant.ts';
import type { Outcome } from './outcome.ts';

/** What judging needs from outside, so that a test can stand in for the workspace and its instruments. */
export type Laboratory = {
  read(file: string): string;
  plant(mutant: Mutant): () => void;
  /** Per mutant that does not compile, the first error. */
  compileErrors(mutants: readonly Mutant[]): Promise<ReadonlyMap<string, string>>;
  /** Runs the instrument of a catcher on the sources as they are in the workspace. */
  run(catcher: Catcher): Promise<Outcome>;
  now(): number;
};

export type Judgement =
  | { readonly kind: 'killed'; readonly by: readonly string[] }
  | { readonly kind: 'survived' | 'invalid'; readonly reason: string };

/** One row of the table: a mutant and one of its catchers. */
export type Result = {
  readonly mutant: Mutant;
  readonly catcher: Catcher;
  readonly judgement: Judgement;
  readonly seconds: number;
};

/** Demands that each catcher of each mutant goes red, one mutant at a time. */
export async function judgeAll(
  mutants: readonly Mutant[],
  laboratory: Laboratory,
  onResult: (result: Result) => void = () => {},
): Promise<Result[]> {
  const stale = new Map(mutants.flatMap((mutant) => staleness(mutant, laboratory)));
  const current = mutants.filter(({ id }) => !stale.has(id));
  const broken = await laboratory.compileErrors(current);
  const baselines = await judgeBaselines(current, laboratory);
  const results: Result[] = [];
  for (const mutant of mutants) {
    const unusable = stale.get(mutant.id) ?? asReason('does not compile', broken.get(mutant.id));
    for (const catcher of mutant.caughtBy) {
      const reason = unusable ?? baselines.get(instrumentOf(catcher));
      const result =
        reason === undefined
          ? await judge(mutant, catcher, laboratory)
          : { mutant, catcher, judgement: { kind: 'invalid' as const, reason }, seconds: 0 };
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

async function judge(mutant: Mutant, catcher: Catcher, laboratory: Laboratory): Promise<Result> {
  const beganAt = laboratory.now();
  const cure = laboratory.plant(mutant);
  try {
    const judgement = judgementOf(catcher, await laboratory.run(catcher));
    return { mutant, catcher, judgement, seconds: (laboratory.now() - beganAt) / 1000 };
  } finally {
    cure();
  }
}

/** The named test or invariant has to be red; that something is red is not enough. */
function judgementOf(catcher: Catcher, outcome: Outcome): Judgement {
  if (outcome.kind === 'broken') return { kind: 'invalid', reason: `does not start: ${outcome.reason}` };
  if (outcome.kind === 'green') return { kind: 'survived', reason: 'everything is green' };
  const wanted: InvariantId | string = catcher.instrument === 'unit' ? catcher.title : catcher.invariant;
  if (!outcome.by.includes(wanted))
    return { kind: 'survived', reason: `only others are red: ${outcome.by.join(', ')}` };
  if (!isAlone(catcher, outcome.by))
    return { kind: 'survived', reason: `not alone, red are ${outcome.by.join(', ')}` };
  return { kind: 'killed', by: outcome.by };
}

/** On a busy machine the real system may be too late for I10, whatever is planted: that alone tells nothing. */
const late: InvariantId = 'I10';

function isAlone(catcher: Catcher, red: readonly string[]): boolean {
  if (catcher.instrument === 'unit' || !catcher.isAlone) return true;
  return red.every((id) => id === catcher.invariant || (catcher.instrument === 'chaos' && id === late));
}

function staleness(mutant: Mutant, { read }: Laboratory): [string, string][] {
  try {
    mutated(mutant, read);
    return [];
  } catch (error) {
    if (error instanceof StaleMutantError) return [[mutant.id, `does not apply: ${error.message}`]];
    throw error;
  }
}

/**
 * Instruments that are red, or can't judge, while nothing is wrong: nothing they say about a mutant counts. Each test
 * runs alone here as well, because one that needs those before it is red alone, whatever the source.
 */
async function judgeBaselines(
  mutants: readonly Mutant[],
  { run }: Laboratory,
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  const catchers = mutants.flatMap(({ caughtBy }) => caughtBy);
  for (const [instrument, catcher] of new Map(catchers.map((each) => [instrumentOf(each), each]))) {
    const outcome = await run(catcher);
    if (outcome.kind === 'green') continue;
    const what = outcome.kind === 'red' ? outcome.by.join(', ') : outcome.reason;
    reasons.set(instrument, `is not green without a mutant: ${what}`);
  }
  return reasons;
}

/** What is run for it; for all invariants of the simulation that is one run. */
const instrumentOf = (catcher: Catcher): string =>
  catcher.instrument === 'unit' ? nameOf(catcher) : catcher.instrument;

const asReason = (what: string, reason: string | undefined): string | undefined =>
  reason === undefined ? undefined : `${what}: ${reason}`;

export const isKilled = ({ judgement }: Result): boolean => judgement.kind === 'killed';

/** For the log of a run. */
export function lineOf({ mutant, catcher, judgement, seconds }: Result): string {
  const verdict =
    judgement.kind === 'killed' ? 'killed  ' : judgement.kind === 'survived' ? 'SURVIVED' : 'INVALID ';
  const reason = judgement.kind === 'killed' ? judgement.by.join(', ') : judgement.reason;
  return `${verdict} ${mutant.id} by ${catcher.instrument} ${nameOf(catcher)} (${seconds.toFixed(1)} s): ${reason}`;
}
