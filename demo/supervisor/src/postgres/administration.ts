import { Client } from 'pg';
import { loopback } from '../loopback.ts';

export const administrator = 'ballast';

export interface Server {
  readonly port: number;
  readonly password: string;
}

/** Does something on a server as its administrator; undefined when it can't be reached. */
export async function administer<T>(
  server: Server,
  work: (client: Client) => Promise<T>,
): Promise<T | undefined> {
  const client = await connectTo(server);
  try {
    return client && (await work(client));
  } finally {
    await client?.end().catch(() => {});
  }
}

/** A session of the administrator; undefined while the server can't be reached. */
export async function connectTo({ port, password }: Server): Promise<Client | undefined> {
  const client = new Client({
    host: loopback,
    port,
    user: administrator,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 1000,
    query_timeout: 10_000,
  });
  client.on('error', () => {});
  return client.connect().then(
    () => client,
    () => undefined,
  );
}

export async function isStandby(client: Client): Promise<boolean> {
  const { rows } = await client.query('select pg_is_in_recovery() as standby');
  return rows[0].standby;
}

/** Whether a standby gets what is written here as it is written. */
export async function isFollowed(client: Client): Promise<boolean> {
  const { rows } = await client.query("select 1 from pg_stat_replication where state = 'streaming'");
  return rows.length > 0;
}

/** Whether a commit waits for the standby, so that it has all that is acknowledged. */
export async function isSynchronous(client: Client): Promise<boolean> {
  const { rows } = await client.query("select 1 from pg_stat_replication where sync_state = 'sync'");
  return rows.length > 0;
}

/** The process of the server that sends to the standby. */
export async function senderOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query('select pid from pg_stat_replication');
  return rows[0]?.pid;
}

/** Sets for whose copy a commit waits, by the name that the standby gives; '' is nobody's. */
export async function waitFor(client: Client, standby: string): Promise<void> {
  const { rows } = await client.query('show synchronous_standby_names');
  if (rows[0].synchronous_standby_names === standby) return;
  await client.query(`alter system set synchronous_standby_names = '${standby}'`);
  await client.query('select pg_reload_conf()');
}
