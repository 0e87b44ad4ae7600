import type { Result } from './judge.ts';
import { nameOf } from './mutant.ts';

const [begin, end] = ['<!-- made by pnpm test:mutants -->', '<!-- end -->'];

/** The page with this table in the place of its old one. */
export function withTable(page: string, table: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for the table: ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}

/** One row per mutant and catcher. */
export function tableOf(results: readonly Result[]): string {
  return [
    '| Mutant | What would go wrong | Instrument | Caught by | Seconds |',
    '| --- | --- | --- | --- | ---: |',
    ...results.map(({ mutant, catcher, judgement, seconds }) =>
      row([
        `\`${mutant.id}\``,
        mutant.why,
        catcher.instrument,
        judgement.kind === 'killed' ? nameOf(catcher) : `**${judgement.kind}**: ${judgement.reason}`,
        seconds.toFixed(1),
      ]),
    ),
  ].join('\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

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
