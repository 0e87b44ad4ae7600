/**
 * Does a statement take longer when its table is large?
 *
 *     pnpm bench:scale                    the table below: 10 thousand rows against 5 million
 *     pnpm bench:scale --rows 200000      quick and rough
 *
 * Everything that a request, relay or sweeper does with a database, on a small and on a large one in turn, so that
 * other work of the machine affects both alike. An operation ends early when there is nothing left for it to do.
 */
import { parseArgs } from 'node:util';
import { inventoryAtScale } from '@ballast/inventory/scale';
import { ordersAtScale } from '@ballast/orders/scale';
import { recommendationAtScale } from '@ballast/recommendation/scale';
import { quantile } from '@ballast/resilience/primitives';
import { type Database, openDatabase } from '@ballast/service-kit';
import { createTestDatabase, type ScaleSubject, startTestDatabase } from '@ballast/service-kit/testing';
import pg from 'pg';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '5000000' }, rounds: { type: 'string', default: '200' } },
});
const small = 10_000;
const large = Number(values.rows);
const rounds = Number(values.rounds);
/** Not measured: connections are opened and statements planned. */
const warmUpRounds = 6;

interface Size {
  readonly database: Database;
  readonly operations: ReturnType<ScaleSubject['operationsOn']>;
  readonly latenciesMs: Map<string, number[]>;
}

// Both sizes in memory, and no whole pages in the log: the question is what a statement does. The first change of a
// page after a checkpoint logs all of it, and a large table has more pages that were not changed yet.
const server = await startTestDatabase(['shared_buffers=4GB', 'max_wal_size=8GB', 'full_page_writes=off']);

async function open(subject: ScaleSubject, rows: number): Promise<Size> {
  const url = await createTestDatabase(server.serverUrl);
  const options = { name: 'bench', url, migrations: subject.migrations, maxConnections: 1 };
  const database = await openDatabase(options);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of subject.fill(rows)) await client.query(statement);
  await client.query('vacuum analyze');
  await client.end();
  return { database, operations: subject.operationsOn(database, rows), latenciesMs: new Map() };
}

/** False when there is nothing left to do. */
async function measure({ operations, latenciesMs }: Size, operation: string, n: number): Promise<boolean> {
  const startedAtMs = performance.now();
  try {
    await operations[operation]?.(n);
  } catch {
    return false;
  }
  const tookMs = performance.now() - startedAtMs;
  if (n > warmUpRounds) latenciesMs.set(operation, [...(latenciesMs.get(operation) ?? []), tookMs]);
  return true;
}

async function compare(subject: ScaleSubject): Promise<string[]> {
  const sizes = [await open(subject, small), await open(subject, large)] as const;
  const left = new Set(Object.keys(sizes[0].operations));
  for (let n = 1; n <= rounds + warmUpRounds; n++) {
    for (const operation of left) {
      const [first, second] = n % 2 ? sizes : [sizes[1], sizes[0]];
      const hasMore = (await measure(first, operation, n)) && (await measure(second, operation, n));
      if (!hasMore) left.delete(operation);
    }
  }
  for (const { database } of sizes) await database.close();
  return Object.keys(sizes[0].operations).map((operation) => {
    const [few = [], many = []] = sizes.map(({ latenciesMs }) => latenciesMs.get(operation) ?? []);
    const [fewMs = Number.NaN, manyMs = Number.NaN] = [few, many].map((latencies) =>
      // The first quartile: other work of the machine only ever adds.
      quantile(latencies, 0.25),
    );
    const columns = [fewMs.toFixed(2), manyMs.toFixed(2), (manyMs / fewMs).toFixed(2), many.length];
    return `| ${operation} | ${columns.join(' | ')} |`;
  });
}

console.log(`| Operation | ms at ${small.toLocaleString('en')} rows | ms at ${large.toLocaleString('en')} rows | ratio | runs |
| --- | ---: | ---: | ---: | ---: |`);
for (const subject of [inventoryAtScale, ordersAtScale, recommendationAtScale])
  for (const row of await compare(subject)) console.log(row);
await server.stop();
