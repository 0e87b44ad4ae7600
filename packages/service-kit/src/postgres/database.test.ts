import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../process/logger.ts';
import { toProblem } from '../request/error-answers.ts';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { isDatabaseAway } from './database-problem.ts';
import { migrate } from './migrate.ts';
import type { Migrations } from './schema-migrations.ts';
import { type Queryable, sql } from './sql.ts';

const migrations: Migrations = {
  '0001_note': sql`
    create table note (id integer, text text);
    insert into note values (1, 'from the migration')`,
};
const allNotes = sql`select * from note`;
const noteIds = sql`select id from note`;

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

async function open(options: Partial<DatabaseOptions> = {}) {
  const url = options.url ?? (await createTestDatabase(server.serverUrl));
  const database = await openDatabase({ url, name: 'test', migrations, ...options });
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

/** The same database behind a relay that can cut every connection without a word. */
async function cuttable(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const relay = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) sockets.add(end.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  onTestFinished(() => {
    cut();
    relay.close();
  });
  const url = new URL(databaseUrl);
  url.port = String((relay.address() as AddressInfo).port);
  return { url: url.href, cut };
}

test('replicas that start at once migrate once', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const replicas = await Promise.all(Array.from({ length: 5 }, () => open({ url })));
  expect(await replicas[0]?.query(allNotes)).toEqual([{ id: 1, text: 'from the migration' }]);
});

test('a replica that leaves migrations to a job waits until the job is through', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const reasons: unknown[] = [];
  const warn = ({ reason }: { reason?: unknown }) => {
    if (reasons.push(reason) === 2) void migrate({ url, name: 'job', migrations });
  };
  const { query } = await open({ url, migrating: 'await', logger: { ...silentLogger, warn } });
  expect(reasons.slice(0, 2)).toEqual(['not applied yet: 0001_note', 'not applied yet: 0001_note']);
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a replica of the last version starts on the schema of the next one', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const next = { ...migrations, '0002_more': sql`select` };
  await migrate({ url, name: 'job', migrations: next });
  const { query } = await open({ url, migrating: 'await' });
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a replica of the last version that migrates by itself starts on the schema of the next one', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const next = { ...migrations, '0002_more': sql`select` };
  // At once, as in a rolling update: whoever comes second sees what the first one has applied.
  await Promise.all([open({ url, migrations: next }), open({ url }), open({ url, migrations: next })]);
  const { query } = await open({ url });
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a migration that waits for a long query lets others pass, and is tried again', async () => {
  const { query, transaction, url } = await open({ lockTimeoutMs: 10_000 });
  const widened = { ...migrations, '0002_wide': sql`alter table note add column wide text` };
  const reasons: unknown[] = [];
  let migrating: Promise<void> | undefined;
  await transaction(async (reader) => {
    await reader.query(sql`select from note`);
    const warn = ({ reason }: { reason?: unknown }) => void reasons.push(reason);
    const logger = { ...silentLogger, warn };
    migrating = migrate({ url, name: 'job', migrations: widened, migrationLockTimeoutMs: 50, logger });
    await expect.poll(() => reasons.length).toBeGreaterThan(0);
  });
  await migrating;
  expect(reasons[0]).toBe('canceling statement due to lock timeout');
  expect(await query(sql`select wide from note`)).toEqual([{ wide: null }]);
});

test('a connection says who it is and has every timeout set', async () => {
  const { query } = await open({
    statementTimeoutMs: 1234,
    lockTimeoutMs: 567,
    idleInTransactionTimeoutMs: 8900,
  });
  const show = async (setting: string) =>
    (await query<{ value: string }>(sql`select current_setting(${setting}) as value`))[0]?.value;
  expect(await show('statement_timeout')).toBe('1234ms');
  expect(await show('lock_timeout')).toBe('567ms');
  expect(await show('idle_in_transaction_session_timeout')).toBe('8900ms');
  expect(await show('application_name')).toBe('test');
});

test('a statement, a lock and a free connection are waited for only so long', async () => {
  const { query, transaction } = await open({
    maxConnections: 2,
    statementTimeoutMs: 400,
    lockTimeoutMs: 100,
    connectionTimeoutMs: 200,
  });
  await expectAway(query(sql`select pg_sleep(60)`));
  await transaction(async (holder) => {
    await holder.query(sql`lock table note`);
    expect(toProblem(await failure(query(noteIds)))).toMatchObject({ status: 503, code: 'contended' });
    await transaction(async () => {
      await expectAway(query(noteIds));
    });
  });
});

test('a connection whose query never answered is not given to the next caller', async () => {
  // The server would wait longer than we do, as a stopped one does.
  const { query } = await open({ maxConnections: 1, queryTimeoutMs: 150, statementTimeoutMs: 60_000 });
  await expectAway(query(sql`select pg_sleep(30)`));
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test.each([
  ['a lock timeout', { lockTimeoutMs: 100, statementTimeoutMs: 60_000 }],
  ['a statement timeout', { lockTimeoutMs: 60_000, statementTimeoutMs: 100 }],
])(
  'a row that another session holds counts as contended, not as a database that is away (%s)',
  async (_, limits) => {
    const { query, transaction } = await open(limits);
    await transaction(async (holder) => {
      await holder.query(sql`select from note for update`);
      const contended = await failure(query(sql`update note set text = 'mine'`));
      expect(toProblem(contended)).toMatchObject({
        status: 503,
        code: 'contended',
        headers: { 'Retry-After': '1' },
      });
      expect(isDatabaseAway(contended)).toBe(false);
    });
  },
);

test('a transaction that is cut by a query timeout reports the database, not its failed rollback', async () => {
  const { query, transaction } = await open({
    maxConnections: 1,
    queryTimeoutMs: 150,
    statementTimeoutMs: 60_000,
  });
  await expectAway(transaction((cut) => cut.query(sql`select pg_sleep(30)`)));
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a busy pool does not count as a database that is away', async () => {
  const { query, transaction, check } = await open({ maxConnections: 1, connectionTimeoutMs: 3000 });
  await transaction(async (holder) => {
    const waiting = query(noteIds);
    await check();
    await holder.query(noteIds);
    void waiting;
  });
});

test('a database that crashes is a 503, a failed check, and works again after its return', async () => {
  const { query, check } = await open();
  await query(noteIds);
  await server.crash();
  await expectAway(query(noteIds));
  await expect(check()).rejects.toThrow();
  await server.restart();
  await check();
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a connection that the server ends is not given to the next caller', async () => {
  const { query, url } = await open({ maxConnections: 1 });
  const next = query(sql`select pg_sleep(1)`).then(
    () => expect.unreachable(),
    () => query(noteIds),
  );
  const { query: queryElsewhere } = await open({ url });
  await queryElsewhere(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  expect(await next).toEqual([{ id: 1 }]);
});

test('a connection that is cut while it is in use fails its own query and nothing else', async () => {
  const { url, cut } = await cuttable(await createTestDatabase(server.serverUrl));
  const { query } = await open({ url });
  const sleeping = expectAway(query(sql`select pg_sleep(1)`));
  const atWork = sql`select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`;
  await expect.poll(async () => (await query(atWork)).length).toBe(1);
  cut();
  await sleeping;
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a database that is still starting is waited for', async () => {
  const url = await createTestDatabase(server.serverUrl);
  await server.crash();
  const waited: string[] = [];
  const warn = (_fields: object, message: string) => {
    if (waited.push(message) === 1) void server.restart();
  };
  const { query } = await open({ url, logger: { ...silentLogger, warn } });
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
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

test('a migration that fails is not tried again and again, and leaves nothing of the others behind', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const broken = { ...migrations, '0002_broken': sql`select no_such_column` };
  const reasons: unknown[] = [];
  const logger = { ...silentLogger, warn: (reason: object) => void reasons.push(reason) };
  await expect(open({ url, migrations: broken, logger })).rejects.toThrow('no_such_column');
  expect(reasons).toEqual([]);
  const { query } = await open({ url });
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});

test('a migration that comes before one that is applied is an error', async () => {
  const url = await createTestDatabase(server.serverUrl);
  await migrate({ url, name: 'job', migrations });
  const merged = { ...migrations, '0000_late': sql`select` };
  await expect(migrate({ url, name: 'job', migrations: merged })).rejects.toThrow(
    'migration 0000_late comes before 0001_note, which is applied already',
  );
});

test('a statement that fails leaves its connection in use', async () => {
  const { query } = await open({ maxConnections: 1 });
  const connection = async () => (await query<{ id: number }>(sql`select pg_backend_pid() as id`))[0]?.id;
  const first = await connection();
  await expect(query(sql`insert into note (id) values (${'no number'})`)).rejects.toThrow('invalid input');
  expect(await connection()).toBe(first);
});

test('a statement is planned once per connection, whatever its values', async () => {
  const { query } = await open({ maxConnections: 1 });
  for (const id of [1, 2, 3]) await query(sql`select text from note where id = ${id}`);
  const plans = await query(sql`
    select generic_plans + custom_plans as used from pg_prepared_statements
    where statement like 'select text from note where id =%'`);
  expect(plans).toEqual([{ used: '3' }]);
});

test('a transaction that fails writes nothing, and its connection goes on', async () => {
  const { query, transaction } = await open({ maxConnections: 1 });
  const insertAnd = (next: (failing: Queryable) => Promise<unknown>) =>
    transaction(async (failing) => {
      await failing.query(sql`insert into note values (2, 'half')`);
      await next(failing);
    });
  await expect(insertAnd(() => Promise.reject(new Error('own error')))).rejects.toThrow('own error');
  await expect(insertAnd(({ query }) => query(sql`select no_such_column`))).rejects.toThrow('no_such_column');
  expect(await query(noteIds)).toEqual([{ id: 1 }]);
});
