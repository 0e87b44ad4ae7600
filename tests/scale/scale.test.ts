import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryAtScale } from '@ballast/inventory/scale';
import { ordersAtScale } from '@ballast/orders/scale';
import { recommendationAtScale } from '@ballast/recommendation/scale';
import { openDatabase, sql } from '@ballast/service-kit';
import {
  createTestDatabase,
  type ScaleSubject,
  startTestDatabase,
  type TestDatabase,
} from '@ballast/service-kit/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExplainedDatabase, openExplained } from './explained.ts';
import { largeWorkIn } from './large-work.ts';

const rows = Number(process.env.SCALE_ROWS ?? 30_000);
/** PostgreSQL plans the first five executions of a named statement for their values and then may stop to. */
const executions = 8;
const services = join(import.meta.dirname, '../../services');

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const subjects = [inventoryAtScale, ordersAtScale, recommendationAtScale];
describe.each(subjects.map((subject) => [subject.name, subject] as const))(
  `%s with ${rows} rows`,
  (name, subject) => {
    let db: ExplainedDatabase;
    let bigTables: Set<string>;
    beforeAll(async () => {
      const url = await createTestDatabase(server.serverUrl);
      await fill(url, subject);
      db = await openExplained(url);
      bigTables = await bigTablesIn(db);
      db.takeExplained();
    });
    afterAll(() => db.close());

    it('does nothing that grows with the size of a table', async () => {
      const found = new Set<string>();
      for (const [operation, operate] of Object.entries(subject.operationsOn(db, rows))) {
        for (let n = 1; n <= executions; n++) {
          await operate(n);
          for (const statement of db.takeExplained())
            for (const work of largeWorkIn(statement, bigTables)) found.add(`${operation}: ${work}`);
        }
      }
      expect([...found]).toEqual([]);
    });

    it('was asked to run every statement it has', () => {
      const inSources = globSync(`${name}/src/**/*.ts`, { cwd: services }).flatMap((file) => {
        const source = readFileSync(join(services, file), 'utf8');
        return Array.from(source.matchAll(/\b(db|database)\.query\b/g), () => file);
      });
      const run = [...db.callSites].map((site) => site.replace(/:\d+:\d+$/, ''));
      expect(run.sort()).toEqual(inSources.sort());
    });
  },
);

async function fill(url: string, subject: ScaleSubject): Promise<void> {
  const { close } = await openDatabase({ name: 'scale', url, migrations: subject.migrations });
  await close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of subject.fill(rows)) await client.query(statement);
  await client.query('vacuum analyze');
  await client.end();
}

/** All but the catalogue: its copies are read as a whole, and are small. */
async function bigTablesIn(db: ExplainedDatabase): Promise<Set<string>> {
  const big = await db.query<{ name: string }>(sql`
    select relname as name from pg_class where relkind = 'r' and reltuples >= 100`);
  return new Set(big.map(({ name }) => name));
}
