import { cpus } from 'node:os';

/** Measure -> subject -> number. */
export type Measures = Record<string, Record<string, number>>;

export interface Section {
  readonly question: string;
  /** The subject the others are compared with. */
  readonly baseline: string;
  readonly measures: Measures;
}

export function machine(): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} x ${cpu?.model ?? 'unknown CPU'}`;
}

/** Subjects down, measures across, each with its ratio to the baseline. */
export function markdown({ question, baseline, measures }: Section): string {
  const columns = Object.entries(measures);
  const subjects = Object.keys(columns[0]?.[1] ?? {});
  const rows = subjects.map((subject) => [
    subject,
    ...columns.flatMap(([, values]) => cells(values, subject, baseline)),
  ]);
  const head = [question, ...columns.flatMap(([measure]) => [measure, 'ratio'])];
  return [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function cells(values: Record<string, number>, subject: string, baseline: string): string[] {
  const value = values[subject] ?? Number.NaN;
  const ratio = value / (values[baseline] ?? Number.NaN);
  return [Math.round(value).toLocaleString('en'), ratio.toFixed(ratio < 0.1 ? 3 : 2)];
}
