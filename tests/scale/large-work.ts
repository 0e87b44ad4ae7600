import type { ExplainedStatement, PlanNode } from './explained.ts';

/** Rows that one node of a plan may touch: more than any batch or page holds, and far fewer than a big table. */
const maxRowsOfNode = 5000;

/** What in the plan of a statement grows with the size of a table; empty when nothing does. */
export function largeWorkIn({ plan }: ExplainedStatement, bigTables: ReadonlySet<string>): string[] {
  return nodesOf(plan).flatMap((node) => {
    const table = node['Relation Name'];
    const isScan = node['Node Type'] === 'Seq Scan' && table !== undefined && bigTables.has(table);
    if (isScan) return [`sequential scan of ${table}`];
    const rows = rowsTouchedBy(node);
    return rows > maxRowsOfNode ? [`${describe(node)} touches ${rows} rows`] : [];
  });
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function rowsTouchedBy(node: PlanNode): number {
  const removed =
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0);
  return (node['Actual Rows'] + removed) * node['Actual Loops'];
}

function describe(node: PlanNode): string {
  const of = node['Index Name'] ?? node['Relation Name'] ?? node['Sort Key']?.join(', ');
  return of === undefined ? node['Node Type'] : `${node['Node Type']} (${of})`;
}
