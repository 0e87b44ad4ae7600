import type { RequestListener } from 'node:http';
import { aFunction, anObject, checkArgument, checkOptions, text } from '@ballast/resilience/primitives';
import { createLogger } from '@ballast/telemetry';
import { z } from 'zod';
import { type Database, openDatabase } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import type { Migrations } from '../postgres/schema-migrations.ts';
import { aSchema, databaseEnv, parseConfig, type serviceEnv } from '../process/config.ts';
import type { Logger } from '../process/logger.ts';
import type { Readiness } from './readiness.ts';
import type { Closable } from './shutdown.ts';
import { type RunningService, startService } from './start-service.ts';

/** The configuration that every service with a database has. */
export type StandardConfig = z.output<z.ZodObject<typeof serviceEnv & typeof databaseEnv>>;

/** What a service is made of, once its configuration is read, its flags and its database open. */
export interface ServiceParts<Config, Flags> {
  readonly config: Config;
  readonly flags: Flags;
  readonly database: Database;
  readonly logger: Logger;
}

/** A service that can listen. */
export interface CreatedService {
  readonly app: RequestListener;
  readonly readiness: Readiness;
  /** Closed in this order. */
  readonly onShutdown: readonly Closable[];
}

export interface RunServiceOptions<Config extends StandardConfig, Flags> {
  /** The service, as it calls itself in logs, traces and in `pg_stat_activity`. */
  readonly name: string;
  /** What it reads from its environment: `serviceEnv`, `databaseEnv` and its own keys. */
  readonly configSchema: z.ZodType<Config>;
  readonly migrations: Migrations;
  readonly openFlags: (options: { readonly file: string | undefined; readonly logger: Logger }) => Flags;
  readonly create: (parts: ServiceParts<Config, Flags>) => CreatedService | Promise<CreatedService>;
}

const runRules = {
  name: text,
  configSchema: aSchema,
  migrations: anObject,
  openFlags: aFunction,
  create: aFunction,
};

/**
 * The main file of a service with a database: reads the configuration, opens flags and database, creates the service
 * and listens. A bad configuration ends the process before any of it, with one line per key.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 * @example
 * await runService({ name: 'orders', configSchema, migrations, openFlags, create: createOrders });
 */
export async function runService<Config extends StandardConfig, Flags>(
  options: RunServiceOptions<Config, Flags>,
): Promise<RunningService> {
  checkOptions('runService', options, runRules, Object.keys(runRules));
  const { name, configSchema, migrations, openFlags, create } = options;
  const config = parseConfig(configSchema);
  const logger = createLogger({ service: name, level: config.LOG_LEVEL });
  const flags = openFlags({ file: config.FLAGS_FILE, logger });
  const database = await openDatabase({
    name,
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_POOL_MAX,
    pooler: config.DATABASE_POOLER,
    migrations,
    migrating: config.MIGRATIONS,
    logger,
  });
  const service = await create({ config, flags, database, logger });
  return startService({ name, config, logger, ...service });
}

/** The main file of a deployment's migration job: brings the schema up to date, and ends. */
export async function runMigrations(name: string, migrations: Migrations): Promise<void> {
  checkArgument('runMigrations', 'name', name, text);
  checkArgument('runMigrations', 'migrations', migrations, anObject);
  const { DATABASE_URL: url } = parseConfig(z.object(databaseEnv));
  await migrate({ url, name, migrations, logger: createLogger({ service: name }) });
}
