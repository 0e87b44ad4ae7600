import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@ballast/resilience/testing';
import { openLogFolder, supervise } from '@ballast/supervisor';
import {
  chooseLocation,
  databaseUrl,
  type MemberName,
  memberNames,
  ReplicatedPostgres,
} from '@ballast/supervisor/postgres';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// Real servers: on a machine with other work each start takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

type Pair = Awaited<ReturnType<typeof openPair>>;
let pair: Pair;

beforeEach(async () => {
  pair = await openPair();
});
afterEach(() => pair.close());

test('fails over to and fro, and every commit that was acknowledged is there', async () => {
  const acknowledged: number[] = [];
  for (let round = 1; round <= 3; round++) {
    const before = pair.postgres.status().primary;
    await untilInSync();
    const writing = write(acknowledged);
    await eventually('commits', () => expect(acknowledged.length).toBeGreaterThan(round * 20));
    await failOver();
    expect(pair.postgres.status().primary).not.toBe(before);
    await eventually('commits on the new primary', async () => {
      await insert(-round);
    });
    await writing.stop();
    expect(await stored()).toEqual(expect.arrayContaining(acknowledged));
    await pair.supervisor.start(before);
  }
});

test('a standby that has not everything is not promoted, and the primary goes on', async () => {
  await untilInSync();
  await pair.supervisor.kill('postgres-standby');
  await eventually('not in sync', () => expect(pair.postgres.status().isInSync).toBe(false));
  await expect(failOver()).rejects.toThrow(/does not have everything/);
  expect(pair.postgres.status().primary).toBe('postgres');
  await eventually('commits that wait for nobody', () => insert(1), { withinMs: 20_000 });
});

test('with asynchronous replication a standby that lags behind costs acknowledged commits', async () => {
  await untilInSync();
  pair.postgres.setReplication('asynchronous');
  await eventually('nobody waited for', () => expect(pair.postgres.status().isInSync).toBe(false));
  await insert(1);
  await pair.postgres.holdReplication();
  const acknowledged = [2, 3, 4];
  for (const id of acknowledged) await insert(id);
  await failOver();
  expect(await stored()).toEqual([1]);
});

test('a commit that the standby does not have is not acknowledged', async () => {
  await untilInSync();
  await pair.postgres.holdReplication();
  await expect(insert(1, 1000)).rejects.toThrow(/timeout/i);
  await failOver();
  expect(await stored()).toEqual([]);
});

async function openPair() {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-pair-'));
  const [port, first, second] = await freePorts(3);
  const location = chooseLocation(folder);
  const postgres = new ReplicatedPostgres({
    location,
    port: port as number,
    memberPorts: { postgres: first as number, 'postgres-standby': second as number },
    databases: ['orders'],
    logs: openLogFolder(join(folder, 'logs')),
  });
  await postgres.open();
  const supervisor = supervise<MemberName>({
    members: postgres.specs,
    stopOrder: [memberNames],
    restartAfterMs: 3_600_000,
  });
  await supervisor.start('postgres');
  await supervisor.start('postgres-standby');
  const url = databaseUrl(location, port as number, 'orders');
  await withClient(url, (client) => client.query('create table written (id integer)'));
  return {
    postgres,
    supervisor,
    url,
    async close() {
      await postgres.close();
      await supervisor.stopAll(5000);
      rmSync(folder, { recursive: true, force: true });
      rmSync(location.home, { recursive: true, force: true });
      rmSync(`${location.home}-standby`, { recursive: true, force: true });
    },
  };
}

const failOver = () => pair.postgres.failOver((primary) => pair.supervisor.kill(primary));

const untilInSync = () =>
  eventually('in sync', () => expect(pair.postgres.status().isInSync).toBe(true), { withinMs: 20_000 });

async function withClient<T>(
  url: string,
  work: (client: Client) => Promise<T>,
  timeoutMs = 2000,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.end().catch(() => {});
  }
}

async function insert(id: number, timeoutMs?: number): Promise<void> {
  await withClient(
    pair.url,
    (client) => client.query('insert into written (id) values ($1)', [id]),
    timeoutMs,
  );
}

async function stored(): Promise<number[]> {
  const { rows } = await withClient(pair.url, (client) => client.query('select id from written'));
  return rows.map(({ id }) => id);
}

/** Commits one number after the other, and keeps those that were acknowledged. */
function write(acknowledged: number[]) {
  let isStopped = false;
  let next = (acknowledged.at(-1) ?? 0) + 1;
  const done = (async () => {
    while (!isStopped) {
      const id = next++;
      await insert(id).then(
        () => acknowledged.push(id),
        () => {},
      );
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await done;
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((listening) =>
          server.listen(0, '127.0.0.1', () => listening((server.address() as { port: number }).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
