import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../process/logger.ts';
import { toProblem } from '../request/error-answers.ts';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../testing/index.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

interface Schema {
  note: { id: number; text: string };
}

const migrations: Record<string, Migration> = {
  '0001_note': {
    up: async (db) => {
      await db.schema.createTable('note').addColumn('id', 'integer').addColumn('text', 'text').execute();
      await db.insertInto('note').values({ id: 1, text: 'from the migration' }).execute();
    },
  },
};

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

async function open(options: Partial<DatabaseOptions> = {}) {
  const url = options.url ?? (await createTestDatabase(server.serverUrl));
  const database = await openDatabase<Schema>({ url, name: 'test', migrations, ...options });
  onTestFinished(() => database.close());
  return { ...database, url };
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

async function expectAway(work: Promise<unknown>) {
  const answer = toProblem(await failure(work));
  expect([answer.status, answer.code, answer.headers['Retry-After']]).toEqual([
    503,
    'database-unavailable',
    '1',
  ]);
}

test('replicas that start at once migrate once', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const replicas = await Promise.all(Array.from({ length: 5 }, () => open({ url })));
  expect(await replicas[0]?.db.selectFrom('note').selectAll().execute()).toEqual([
    { id: 1, text: 'from the migration' },
  ]);
});

test('a replica that leaves migrations to a job waits until the job is through', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const reasons: unknown[] = [];
  const warn = ({ reason }: { reason?: unknown }) => {
    if (reasons.push(reason) === 2) void migrate({ url, name: 'job', migrations });
  };
  const { db } = await open({ url, migrating: 'await', logger: { ...silentLogger, warn } });
  expect(reasons.slice(0, 2)).toEqual(['not applied yet: 0001_note', 'not applied yet: 0001_note']);
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a replica of the last version starts on the schema of the next one', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const next = { ...migrations, '0002_more': { up: async () => {} } };
  await migrate({ url, name: 'job', migrations: next });
  const { db } = await open({ url, migrating: 'await' });
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a replica of the last version that migrates by itself starts on the schema of the next one', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const next = { ...migrations, '0002_more': { up: async () => {} } };
  // At once, as in a rolling update: whoever comes second sees what the first one has applied.
  await Promise.all([open({ url, migrations: next }), open({ url }), open({ url, migrations: next })]);
  const { db } = await open({ url });
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a migration that waits for a long query lets others pass, and is tried again', async () => {
  const { db, url } = await open({ lockTimeoutMs: 10_000 });
  const widened = {
    ...migrations,
    '0002_wide': {
      up: async (db: Kysely<unknown>) => void (await sql`alter table note add column wide text`.execute(db)),
    },
  };
  const reasons: unknown[] = [];
  let migrating: Promise<void> | undefined;
  await db.transaction().execute(async (reader) => {
    await sql`select from note`.execute(reader);
    const warn = ({ reason }: { reason?: unknown }) => void reasons.push(reason);
    const logger = { ...silentLogger, warn };
    migrating = migrate({ url, name: 'job', migrations: widened, migrationLockTimeoutMs: 50, logger });
    await expect.poll(() => reasons.length).toBeGreaterThan(0);
  });
  await migrating;
  expect(reasons[0]).toBe('canceling statement due to lock timeout');
  expect(await sql`select wide from note`.execute(db)).toMatchObject({ rows: [{ wide: null }] });
});

test('a connection says who it is and has every timeout set', async () => {
  const { db } = await open({
    statementTimeoutMs: 1234,
    lockTimeoutMs: 567,
    idleInTransactionTimeoutMs: 8900,
  });
  const show = async (setting: string) =>
    (await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(db)).rows[0]?.value;
  expect(await show('statement_timeout')).toBe('1234ms');
  expect(await show('lock_timeout')).toBe('567ms');
  expect(await show('idle_in_transaction_session_timeout')).toBe('8900ms');
  expect(await show('application_name')).toBe('test');
});

test('a statement, a lock and a free connection are waited for only so long', async () => {
  const { db } = await open({
    maxConnections: 2,
    statementTimeoutMs: 400,
    lockTimeoutMs: 100,
    connectionTimeoutMs: 200,
  });
  await expectAway(sql`select pg_sleep(60)`.execute(db));
  await db.transaction().execute(async (transaction) => {
    await sql`lock table note`.execute(transaction);
    await expectAway(db.selectFrom('note').selectAll().execute());
    await db.connection().execute(async () => {
      await expectAway(db.selectFrom('note').selectAll().execute());
    });
  });
});

test('a connection whose query never answered is not given to the next caller', async () => {
  // The server would wait longer than we do, as a stopped one does.
  const { db } = await open({ maxConnections: 1, queryTimeoutMs: 150, statementTimeoutMs: 60_000 });
  await expectAway(sql`select pg_sleep(30)`.execute(db));
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a transaction that is cut by a query timeout reports the database, not its failed rollback', async () => {
  const { db } = await open({ maxConnections: 1, queryTimeoutMs: 150, statementTimeoutMs: 60_000 });
  await expectAway(db.transaction().execute((transaction) => sql`select pg_sleep(30)`.execute(transaction)));
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a busy pool does not count as a database that is away', async () => {
  const { db, check } = await open({ maxConnections: 1, connectionTimeoutMs: 3000 });
  await db.connection().execute(async (connection) => {
    const waiting = db.selectFrom('note').select('id').execute();
    await check();
    await connection.selectFrom('note').select('id').execute();
    void waiting;
  });
});

test('a database that crashes is a 503, a failed check, and works again after its return', async () => {
  const { db, check } = await open();
  await db.selectFrom('note').select('id').execute();
  await server.crash();
  await expectAway(db.selectFrom('note').select('id').execute());
  await expect(check()).rejects.toThrow();
  await server.restart();
  await check();
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a database that is still starting is waited for', async () => {
  const url = await createTestDatabase(server.serverUrl);
  await server.crash();
  const waited: string[] = [];
  const warn = (_fields: object, message: string) => {
    if (waited.push(message) === 1) void server.restart();
  };
  const { db } = await open({ url, logger: { ...silentLogger, warn } });
  expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 1 }]);
  expect(waited[0]).toBe('waiting for the database');
});

test('a database that does not come is given up after startTimeoutMs', async () => {
  const opening = openDatabase({
    url: 'postgres://test@127.0.0.1:1/x',
    name: 'test',
    migrations,
    startTimeoutMs: 300,
  });
  await expectAway(opening);
});

test('a migration that fails is not tried again and again', async () => {
  const broken = { '0001_broken': { up: () => Promise.reject(new Error('no such column')) } };
  await expect(open({ migrations: broken })).rejects.toThrow('no such column');
});
