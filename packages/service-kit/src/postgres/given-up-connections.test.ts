import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createTestDatabase, startTestDatabase, type TestDatabase } from '../testing/database.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { sql } from './sql.ts';

const migrations = { '0001_note': sql`create table note (id integer)` };
const maxConnections = 4;
/** The connection that asks the server about the others. */
const spareConnections = 1;
const patience = { timeout: 10_000 };

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

/** Before the database stands something that can lose what goes through open connections without closing them. */
async function startRelay(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<[Socket, Socket]>();
  const relay = createServer((socket) => {
    const upstream = connect(Number(port), hostname).on('error', () => {});
    socket
      .on('error', () => {})
      .pipe(upstream, { end: false })
      .pipe(socket, { end: false });
    open.add([socket, upstream]);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => {
    for (const end of [...open].flat()) end.destroy();
    relay.close();
  });
  const url = new URL(databaseUrl);
  url.port = String((relay.address() as AddressInfo).port);
  const swallow = () => {
    for (const [socket, upstream] of open) upstream.unpipe(socket).resume();
  };
  return { url: url.href, swallow };
}

async function open(options: Partial<DatabaseOptions> = {}) {
  const url = options.url ?? (await createTestDatabase(server.serverUrl));
  const database = await openDatabase({
    url,
    name: 'test',
    migrations,
    maxConnections,
    connectionTimeoutMs: 100,
    queryTimeoutMs: 100,
    ...options,
  });
  const observer = new pg.Client({ connectionString: server.serverUrl });
  await observer.connect();
  onTestFinished(async () => {
    await observer.end();
    // A test may have closed it.
    await database.close().catch(() => {});
  });
  const name = new URL(url).pathname.slice(1);
  const backends = async () => {
    const found = await observer.query('select wait_event from pg_stat_activity where datname = $1', [name]);
    return found.rows as { wait_event: string | null }[];
  };
  return { ...database, observer, backends };
}

const failed = (work: Promise<unknown>) =>
  work.then(
    () => false,
    () => true,
  );

/** Every commit then waits for a standby that does not exist, and no timeout of the server ends that wait. */
async function withoutItsStandby(
  { observer, query }: Awaited<ReturnType<typeof open>>,
  work: () => Promise<void>,
): Promise<void> {
  const setStandby = async (names: string) => {
    await observer.query(`alter system set synchronous_standby_names = '${names}'`);
    await observer.query('select pg_reload_conf()');
  };
  await setStandby('nobody');
  try {
    // Processes of the server notice the setting one after the other.
    await expect.poll(() => failed(query(sql`insert into note values (0)`)), patience).toBe(true);
    await work();
  } finally {
    await setStandby('');
  }
}

test('commits that wait for a standby never hold more backends than the pool has connections', async () => {
  const database = await open();
  const { query, transaction, backends } = database;
  const insert = (id: number) => sql`insert into note values (${id})`;
  await withoutItsStandby(database, async () => {
    const mostAtOnce = { count: 0 };
    for (let round = 0; round < 8; round += 1) {
      const inserts = Array.from({ length: maxConnections }, (_, id) =>
        id % 2 === 0 ? query(insert(id)) : transaction((writer) => writer.query(insert(id))),
      );
      expect(await Promise.all(inserts.map(failed))).not.toContain(false);
      mostAtOnce.count = Math.max(mostAtOnce.count, (await backends()).length);
    }
    expect(mostAtOnce.count).toBeLessThanOrEqual(maxConnections + spareConnections);
    // A cancelled wait would show rows that only this server has: they could be acknowledged, and lost in a failover.
    expect((await backends()).filter(({ wait_event }) => wait_event === 'SyncRep')).toHaveLength(
      maxConnections,
    );
  });
  await expect.poll(() => failed(query(insert(9))), patience).toBe(false);
  await expect.poll(async () => (await backends()).length, patience).toBeLessThanOrEqual(maxConnections);
});

test('a statement that was given up is cancelled at the server, and its connection is free again', async () => {
  const { query, backends } = await open({ statementTimeoutMs: 60_000, connectionTimeoutMs: 5000 });
  for (let round = 0; round < 3; round += 1) {
    const sleeping = Array.from({ length: maxConnections }, () => query(sql`select pg_sleep(30)`));
    expect(await Promise.all(sleeping.map(failed))).not.toContain(false);
  }
  expect(await query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await expect
    .poll(async () => (await backends()).filter(({ wait_event }) => wait_event === 'PgSleep'), patience)
    .toEqual([]);
});

test('a database that is closed does not wait for what was given up', async () => {
  const database = await open();
  await withoutItsStandby(database, async () => {
    await database.close();
  });
});

test('connections whose answers were lost on the way are free again, because their processes wait for work', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const relay = await startRelay(url);
  const { query } = await open({ url: relay.url, connectionTimeoutMs: 5000 });
  const askAll = () => Array.from({ length: maxConnections }, () => query(sql`select pg_sleep(0.03)`));
  await Promise.all(askAll());
  relay.swallow();
  const asked = askAll();
  expect(await Promise.all(asked.map(failed))).not.toContain(false);
  expect(await query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test('connections to a server that is gone are free again, although their answers never come', async () => {
  const url = await createTestDatabase(server.serverUrl);
  const relay = await startRelay(url);
  const { query, observer } = await open({ url: relay.url, connectionTimeoutMs: 5000 });
  await query(sql`select 1`);
  relay.swallow();
  const asked = Array.from({ length: maxConnections }, () => query(sql`select pg_sleep(1)`));
  expect(await Promise.all(asked.map(failed))).not.toContain(false);
  await observer.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test'`,
  );
  expect(await query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
});
