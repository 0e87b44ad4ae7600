export { demandFirstPrimary, type MemberName, memberNames, StandbyBehindError } from './appointed-primary.ts';
export { findPostgres, PostgresUnavailableError } from './binaries.ts';
export { dataFolderOf, runToEnd } from './cluster.ts';
export { type ClusterLocation, chooseLocation, clearCluster, standbyLocationOf } from './cluster-location.ts';
export { databaseUrl, type EmbeddedPostgresOptions, embeddedPostgres } from './embedded-postgres.ts';
export { clearStalePostmaster } from './postmaster.ts';
export {
  ReplicatedPostgres,
  type ReplicatedPostgresOptions,
  type Replication,
  type ReplicationStatus,
} from './replicated-postgres.ts';
