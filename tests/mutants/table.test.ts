import { expect, it } from 'vitest';
import type { Judgement } from './judge.ts';
import { type Catcher, chaos, type Mutant, unit } from './mutant.ts';
import { rowsIn, summaryOf, withResults } from './table.ts';

const relayTest = unit('orders/test/relay.test.ts', 'parks a | row');
const mutantCalled = (id: string, ...caughtBy: Catcher[]): Mutant => {
  return { id, edits: [], caughtBy, why: 'It matters.' };
};
const list = [
  mutantCalled('first', relayTest, chaos('I6', 'alone')),
  mutantCalled('second', relayTest),
] as const;
const [first, second] = list;
const killed: Judgement = { kind: 'killed', by: [] };
const empty = 'Before.\n\n<!-- made by pnpm test:mutants -->\n\n<!-- end -->\n\nAfter.\n';
const result = (mutant: Mutant, catcher: Catcher, judgement: Judgement, seconds = 1) => {
  return { mutant, catcher, judgement, seconds };
};

it('shows each mutant with what caught it, or why not', () => {
  const survived: Judgement = { kind: 'survived', reason: 'everything is green' };
  const page = withResults(
    empty,
    [result(second, relayTest, survived), result(first, relayTest, killed)],
    list,
  );
  expect(page).toBe(
    [
      'Before.',
      '',
      '<!-- made by pnpm test:mutants -->',
      '',
      '| Mutant | What would go wrong | Instrument | Caught by | Seconds |',
      '| --- | --- | --- | --- | ---: |',
      '| `first` | It matters. | unit | orders/test/relay.test.ts: parks a \\| row | 1.0 |',
      '| `second` | It matters. | unit | **survived**: everything is green | 1.0 |',
      '',
      '<!-- end -->',
      '',
      'After.',
      '',
    ].join('\n'),
  );
});

it('keeps the rows of mutants that were not part of the run, and none of those that are gone', () => {
  const gone = mutantCalled('gone', relayTest);
  const all = [...list, gone];
  const page = withResults(
    empty,
    all.map((mutant) => result(mutant, relayTest, killed)),
    all,
  );
  const later = withResults(page, [result(first, chaos('I6', 'alone'), killed, 40)], list);
  expect(rowsIn(later).map(({ id, instrument }) => `${id} ${instrument}`)).toEqual([
    'first unit',
    'first chaos',
    'second unit',
  ]);
  expect(later).toContain('| chaos | I6, alone | 40.0 |');
});

it('sums up a run', () => {
  const results = [result(first, relayTest, killed, 90), result(first, chaos('I6'), killed, 30)];
  expect(summaryOf(results)).toBe(
    '1 mutants, 2 times demanded: 2 killed, 0 survived, 0 not judged; 2.0 minutes',
  );
});
