import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { host, type ServiceName } from '../../topology.ts';
import type { LogFolder } from '../log-folder.ts';
import type { ProcessSpec } from '../process-spec.ts';
import { childrenOf } from '../process-table.ts';
import { administrator, dataFolderOf, ensureCluster, passwordOf } from './cluster.ts';
import type { Place } from './place.ts';
import { acceptsConnections, clearStalePostmaster } from './postmaster.ts';

/**
 * Small, but as durable as the real thing: fsync stays on. Three pools of ten and a second replica of each fit into
 * the connections; workers that a single small node never uses are left out, each is several mb.
 */
const settings = {
  listen_addresses: host,
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

const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The run's PostgreSQL; the first launch makes the cluster. */
export function embeddedPostgres(place: Place, port: number, logs: LogFolder): ProcessSpec {
  const data = dataFolderOf(place);
  return {
    name: 'postgres',
    stopSignal: 'SIGINT',
    orphanSignal: 'SIGQUIT',
    familyOf: childrenOf,
    answers: async (child) => acceptsConnections(data, child.pid as number),
    async launch() {
      await clearStalePostmaster(data);
      await ensureCluster(place);
      const child = logs.write('postgres', (log) =>
        spawn(join(place.native, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...flags], {
          ...place.identity,
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

/** What a service connects with; it sees its own database only. */
export function databaseUrl(place: Place, port: number, database: ServiceName): string {
  return `postgres://${database}:${passwordOf(place)}@${host}:${port}/${database}`;
}

/** What an experiment needs to lock tables or limit roles. */
export function administratorUrl(place: Place, port: number): string {
  return `postgres://${administrator}:${passwordOf(place)}@${host}:${port}/postgres`;
}
