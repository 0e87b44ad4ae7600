import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { anObject, checkOptions, integer, listOf, type Rule } from '@ballast/resilience/primitives';
import { type LogFolder, logFolderRule } from '../log-folder.ts';
import { loopback } from '../loopback.ts';
import type { ProcessSpec } from '../process-spec.ts';
import { childrenOf } from '../process-table.ts';
import { dataFolderOf, ensureCluster, passwordOf } from './cluster.ts';
import type { ClusterLocation } from './cluster-location.ts';
import { acceptsConnections, clearStalePostmaster } from './postmaster.ts';

/**
 * Small, but as durable as any: fsync stays on. Three pools of ten and a second replica of each fit into the
 * connections; workers that a single small node never uses are left out, each takes several MB.
 */
const settings = {
  listen_addresses: loopback,
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: 120,
  io_method: 'sync',
  max_logical_replication_workers: 0,
  max_parallel_workers_per_gather: 0,
  max_wal_senders: 0,
  wal_level: 'minimal',
  max_wal_size: '256MB',
  jit: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

export interface EmbeddedPostgresOptions {
  readonly location: ClusterLocation;
  readonly port: number;
  /** Made with the cluster, each with a role of the same name that owns it. */
  readonly databases: readonly string[];
  readonly logs: LogFolder;
}

// They become names in SQL, which takes no parameters there.
export const databaseNames: Rule = listOf('a list of names of lower-case letters, digits and _', (name) =>
  /^[a-z][a-z\d_]*$/.test(String(name)),
);

const optionRules: Readonly<Record<keyof EmbeddedPostgresOptions, Rule>> = {
  location: anObject,
  port: integer(1, 65_535),
  databases: databaseNames,
  logs: logFolderRule,
};

/** The run's PostgreSQL; the first launch makes the cluster. */
export function embeddedPostgres(options: EmbeddedPostgresOptions): ProcessSpec {
  checkOptions('embeddedPostgres', options, optionRules, Object.keys(optionRules));
  const { location, port, databases, logs } = options;
  const prepare = () => ensureCluster(location, databases);
  return postgresProcess({ name: 'postgres', location, port, logs, prepare });
}

export interface PostgresProcess {
  readonly name: string;
  readonly location: ClusterLocation;
  readonly port: number;
  readonly logs: LogFolder;
  /** Makes the cluster ready to be started. */
  readonly prepare: () => Promise<void>;
  /** Settings that differ from those of a server that is alone. */
  readonly changed?: Readonly<Record<string, string | number>>;
}

export function postgresProcess({
  name,
  location,
  port,
  logs,
  prepare,
  changed,
}: PostgresProcess): ProcessSpec {
  const data = dataFolderOf(location);
  const flags = Object.entries({ ...settings, ...changed }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  return {
    name,
    stopSignal: 'SIGINT',
    orphanSignal: 'SIGQUIT',
    familyOf: childrenOf,
    answers: async (child) => acceptsConnections(data, child.pid as number),
    async launch() {
      await clearStalePostmaster(data);
      await prepare();
      const child = logs.write(name, (log) =>
        spawn(join(location.native, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...flags], {
          ...location.identity,
          cwd: '/',
          detached: true,
          stdio: ['ignore', log, log],
        }),
      );
      await once(child, 'spawn');
      return child;
    },
  };
}

/** What a service connects with: its role may use that one database only. */
export function databaseUrl(location: ClusterLocation, port: number, database: string): string {
  return `postgres://${database}:${passwordOf(location)}@${loopback}:${port}/${database}`;
}
