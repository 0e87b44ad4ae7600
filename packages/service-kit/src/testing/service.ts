import type { z } from 'zod';
import { type RunningService, type ServiceOptions, startService } from '../lifecycle/start-service.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import type { Migrations } from '../postgres/schema-migrations.ts';
import { readConfig, type ServiceConfig } from '../process/config.ts';
import { type Logger, silentLogger } from '../process/logger.ts';

type DatabaseConfig = ServiceConfig & { readonly DATABASE_URL: string; readonly DATABASE_POOL_MAX: number };

export interface TestServiceOptions<Config extends DatabaseConfig> {
  readonly name: string;
  readonly configSchema: z.ZodType<Config>;
  readonly migrations: Migrations;
  readonly env: Readonly<Record<string, string>>;
  /** Makes the app, as in `main.ts`. */
  readonly create: (parts: {
    readonly config: Config;
    readonly database: Database;
    readonly logger: Logger;
  }) => CreatedApp | Promise<CreatedApp>;
}

type CreatedApp = Pick<ServiceOptions, 'app' | 'readiness' | 'onShutdown'>;

export interface TestReply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

export interface TestService extends Pick<RunningService, 'url' | 'close'> {
  readonly database: Database;
  /** A body that is a text is sent as it is, any other one as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestReply>;
}

/** The whole service on a free port, without a pause when it closes. */
export async function startTestService<Config extends DatabaseConfig>({
  name,
  configSchema,
  migrations,
  env,
  create,
}: TestServiceOptions<Config>): Promise<TestService> {
  const config = readConfig(configSchema, { PORT: '0', DRAIN_DELAY_MS: '0', ...env });
  const database = await openDatabase({
    name,
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_POOL_MAX,
    migrations,
  });
  const created = await create({ config, database, logger: silentLogger });
  const logger = { ...silentLogger, fatal: console.error };
  const { url, close } = await startService({ name, config, logger, ...created });
  return { url, close, database, send: (...request) => send(url, ...request) };
}

async function send(
  url: string,
  ...[method, path, body, headers]: Parameters<TestService['send']>
): Promise<TestReply> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
