import { beforeEach, describe, expect, it } from 'vitest';
import { judgeAll, type Laboratory, lineOf } from './judge.ts';
import { type Catcher, chaos, type Mutant, nameOf, simulation, unit } from './mutant.ts';
import type { Outcome } from './outcome.ts';

const file = 'services/orders/src/use-cases/relay.ts';
const relayTest = unit('orders/test/relay.test.ts', 'parks a row');
const mutantWith = (caughtBy: readonly Catcher[], find = 'one'): Mutant => {
  return { id: 'bug', edits: [{ file, find, replace: 'two' }], caughtBy, why: 'It matters.' };
};

/** What the instruments say with the bug and without it, where it is not simply green. */
let ill: Record<string, Outcome>;
let healthy: Record<string, Outcome>;
let compileErrors: Map<string, string>;
let source: string;
const laboratory: Laboratory = {
  read: () => source,
  plant() {
    source = 'two';
    return () => {
      source = 'one';
    };
  },
  compileErrors: async () => compileErrors,
  run: async (catcher) => (source === 'two' ? ill : healthy)[nameOf(catcher)] ?? { kind: 'green' },
  now: () => 0,
};

beforeEach(() => {
  ill = {};
  healthy = {};
  compileErrors = new Map();
  source = 'one';
});

async function verdicts(...caughtBy: Catcher[]): Promise<string[]> {
  const results = await judgeAll([mutantWith(caughtBy)], laboratory);
  return results.map(({ judgement }) =>
    judgement.kind === 'killed' ? 'killed' : `${judgement.kind}: ${judgement.reason}`,
  );
}

describe('a mutant', () => {
  it('is killed by the test and by the invariant that it names, each of them', async () => {
    ill = {
      [nameOf(relayTest)]: { kind: 'red', by: ['parks a row'] },
      I6: { kind: 'red', by: ['I5', 'I6'] },
    };
    expect(await verdicts(relayTest, simulation('I6'), chaos('I7'))).toEqual([
      'killed',
      'killed',
      'survived: everything is green',
    ]);
    expect(source).toBe('one');
  });

  it('survives when only others go red', async () => {
    ill = { I6: { kind: 'red', by: ['I5'] } };
    expect(await verdicts(simulation('I6'))).toEqual(['survived: only others are red: I5']);
  });

  it('survives when an invariant should be alone and is not', async () => {
    ill = { 'I6, alone': { kind: 'red', by: ['I5', 'I6'] } };
    expect(await verdicts(simulation('I6', 'alone'))).toEqual(['survived: not alone, red are I5, I6']);
  });

  it('is alone in the real system although a busy machine was late as well', async () => {
    ill = { 'I6, alone': { kind: 'red', by: ['I10', 'I6'] } };
    expect(await verdicts(chaos('I6', 'alone'), simulation('I6', 'alone'))).toEqual([
      'killed',
      'survived: not alone, red are I10, I6',
    ]);
  });

  it('is not killed by a source that does not start', async () => {
    ill = { I6: { kind: 'broken', reason: 'SyntaxError' } };
    expect(await verdicts(simulation('I6'))).toEqual(['invalid: does not start: SyntaxError']);
  });

  it('is not killed by an error of the compiler', async () => {
    compileErrors = new Map([['bug', 'TS2322']]);
    ill = { I6: { kind: 'red', by: ['I6'] } };
    expect(await verdicts(simulation('I6'))).toEqual(['invalid: does not compile: TS2322']);
  });

  it('is a failure by its name when the source has changed', async () => {
    const stale = mutantWith([simulation('I6')], 'three');
    const [result] = await judgeAll([stale], laboratory);
    expect(result && lineOf(result)).toMatch(
      /^INVALID {2}bug .*does not apply: bug: "three" stands 0 times in .*relay\.ts, not once$/,
    );
    source = 'three three';
    const [twice] = await judgeAll([stale], laboratory);
    expect(twice && lineOf(twice)).toMatch('stands 2 times');
  });

  it('says nothing when its instrument is red without it', async () => {
    healthy = { I6: { kind: 'red', by: ['I10'] } };
    ill = { I6: { kind: 'red', by: ['I6'] } };
    expect(await verdicts(simulation('I6'), relayTest)).toEqual([
      'invalid: is not green without a mutant: I10',
      'survived: everything is green',
    ]);
  });
});
