import type { Queryable, Sql } from '@ballast/service-kit';
import pg from 'pg';

/** A node of a plan, as PostgreSQL describes it in JSON. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Sort Key'?: readonly string[];
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** A statement that was run, a nested one (a foreign key, a function) included, with the plan it was run by. */
export interface ExplainedStatement {
  readonly text: string;
  readonly plan: PlanNode;
}

/** A connection on which the server explains each statement that is run, also those a caller does not see. */
export interface ExplainedDatabase extends Queryable {
  /** The statements run since the last call. */
  takeExplained(): ExplainedStatement[];
  /** Where `query` was called from, as `<file below services>:<line>:<column>`. */
  readonly callSites: ReadonlySet<string>;
  close(): Promise<void>;
}

const settings = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_analyze=on',
  'auto_explain.log_timing=off',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_format=json',
  // To the client, which would otherwise have to find its own lines in the server's log.
  'auto_explain.log_level=notice',
];

/**
 * Not EXPLAIN: `auto_explain` reports the plan of the execution itself. So a named statement shows the generic plan
 * once PostgreSQL has switched to it, and checks of foreign keys and statements inside functions are seen as well.
 */
export async function openExplained(url: string): Promise<ExplainedDatabase> {
  const client = new pg.Client({
    connectionString: url,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
  });
  const names = new Map<string, string>();
  const callSites = new Set<string>();
  let explained: ExplainedStatement[] = [];
  client.on('notice', ({ message = '' }) => {
    const [, json] = /plan:\n(.*)$/s.exec(message) ?? [];
    if (json === undefined) return;
    const { 'Query Text': text, Plan: plan } = JSON.parse(json);
    explained.push({ text, plan });
  });
  await client.connect();
  return {
    callSites,
    async query<Row>({ text, values }: Sql) {
      const site = callSite();
      if (site) callSites.add(site);
      const name = names.get(text) ?? `s${names.size}`;
      names.set(text, name);
      return (await client.query({ name, text, values })).rows as Row[];
    },
    takeExplained() {
      const taken = explained;
      explained = [];
      return taken;
    },
    close: () => client.end(),
  };
}

/** Where in a service `query` was called. */
function callSite(): string | undefined {
  return /\/services\/(\S+:\d+:\d+)/.exec(new Error().stack ?? '')?.[1];
}
