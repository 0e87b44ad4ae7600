import type { Result } from './judge.ts';
import { type Catcher, type Mutant, nameOf } from './mutant.ts';

const [begin, end] = ['<!-- made by pnpm test:mutants -->', '<!-- end -->'];
const head = [
  '| Mutant | What would go wrong | Instrument | Caught by | Seconds |',
  '| --- | --- | --- | --- | ---: |',
];

type Row = { readonly id: string; readonly instrument: Catcher['instrument']; readonly text: string };

/** The rows of the table on a page, in their order. */
export function rowsIn(page: string): Row[] {
  return [...page.matchAll(/^\| `([\w-]+)` \| .* \| (unit|simulation|chaos) \| .*$/gm)].map(
    ([text, id, instrument]) => ({ id, instrument, text }) as Row,
  );
}

/**
 * The page with these results in its table, one row per mutant and instrument in the order of the list. A mutant that
 * was not part of the run keeps its row.
 */
export function withResults(page: string, results: readonly Result[], mutants: readonly Mutant[]): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for the table: ${begin} ... ${end}`);
  const rows = new Map([...rowsIn(page), ...results.map(rowOf)].map((row) => [keyOf(row), row.text]));
  const wanted = mutants.flatMap(({ id, caughtBy }) =>
    caughtBy.map(({ instrument }) => keyOf({ id, instrument })),
  );
  const table = [...head, ...wanted.flatMap((key) => rows.get(key) ?? [])].join('\n');
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}

const keyOf = ({ id, instrument }: Pick<Row, 'id' | 'instrument'>): string => `${id} ${instrument}`;

function rowOf({ mutant, catcher, judgement, seconds }: Result): Row {
  const { instrument } = catcher;
  const verdict =
    judgement.kind === 'killed' ? nameOf(catcher) : `**${judgement.kind}**: ${judgement.reason}`;
  const cells = [`\`${mutant.id}\``, mutant.why, instrument, verdict, seconds.toFixed(1)];
  const text = `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return { id: mutant.id, instrument, text };
}

/** The sum of a run in one sentence. */
export function summaryOf(results: readonly Result[]): string {
  const count = (kind: string) => results.filter(({ judgement }) => judgement.kind === kind).length;
  const mutants = new Set(results.map(({ mutant }) => mutant.id)).size;
  const minutes = results.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  return (
    `${mutants} mutants, ${results.length} times demanded: ${count('killed')} killed, ` +
    `${count('survived')} survived, ${count('invalid')} not judged; ${minutes.toFixed(1)} minutes`
  );
}
