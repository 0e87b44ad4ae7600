import { eventually } from '@ballast/resilience/testing';
import { everyMs, urls } from './stack.ts';

export interface Series {
  readonly metric: Record<string, string>;
  /** NaN for a native histogram. */
  readonly value: number;
}

/** The current series of an expression. */
export async function query(expression: string): Promise<Series[]> {
  const parameters = new URLSearchParams({ query: expression });
  const response = await fetch(`${urls.prometheus}/api/v1/query?${parameters}`);
  const answer = (await response.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data: { result: { metric: Record<string, string>; value?: [number, string] }[] };
  };
  if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
  return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
}

/** Waits until the expression has a series at all: use comparisons, as in alerts. */
export function holds(expression: string, withinMs: number): Promise<Series> {
  const ask = async () => {
    const [first] = await query(expression);
    if (!first) throw new Error('no series');
    return first;
  };
  return eventually(expression, ask, { withinMs, everyMs });
}

/** The value of an expression with one series, 0 without any; to be taken before a cause whose effect is counted. */
export const currentValue = async (expression: string): Promise<number> =>
  (await query(expression))[0]?.value ?? 0;

/**
 * Waits until the expression holds no more, and fails when it goes on: what is so before its cause is no effect of it.
 */
export function holdsNotYet(expression: string): Promise<void> {
  const ask = async () => {
    const series = await query(expression);
    if (series.length > 0) throw new Error('it is so already, before its cause');
  };
  return eventually(`not: ${expression}`, ask, { withinMs: 120_000, everyMs });
}

/** Names of the alerts that fire. */
export async function firing(): Promise<string[]> {
  const series = await query('ALERTS{alertstate="firing"}');
  return [...new Set(series.map(({ metric }) => metric.alertname ?? ''))].sort();
}

export interface ExemplarSeries {
  readonly seriesLabels: Record<string, string>;
  readonly exemplars: { labels: { trace_id: string }; value: string }[];
}

export async function exemplars(expression: string): Promise<ExemplarSeries[]> {
  const nowS = Date.now() / 1000;
  const parameters = new URLSearchParams({ query: expression, start: String(nowS - 600), end: String(nowS) });
  const response = await fetch(`${urls.prometheus}/api/v1/query_exemplars?${parameters}`);
  return ((await response.json()) as { data: ExemplarSeries[] }).data;
}
