export { findPostgres, PostgresUnavailableError } from './binaries.ts';
export { dataFolderOf, runToEnd } from './cluster.ts';
export { type ClusterLocation, chooseLocation, clearCluster } from './cluster-location.ts';
export { databaseUrl, type EmbeddedPostgresOptions, embeddedPostgres } from './embedded-postgres.ts';
export { clearStalePostmaster } from './postmaster.ts';
