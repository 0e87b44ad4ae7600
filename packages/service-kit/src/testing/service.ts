import { aFunction, anObject, checkOptions, recordOf, text } from '@ballast/resilience/primitives';
import type { RunServiceOptions, StandardConfig } from '../lifecycle/run-service.ts';
import { type RunningService, startService } from '../lifecycle/start-service.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { aSchema, readConfig } from '../process/config.ts';
import { silentLogger } from '../process/logger.ts';

export interface TestServiceOptions<Config extends StandardConfig, Flags>
  extends Omit<RunServiceOptions<Config, Flags>, 'openFlags'> {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: Flags;
}

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

const testServiceRules = {
  name: text,
  configSchema: aSchema,
  migrations: anObject,
  env: recordOf('an object of strings', (value) => typeof value === 'string'),
  flags: anObject,
  create: aFunction,
};

/**
 * `runService` for a test: the whole service on a free port, with the flags of the test and no pause when it closes.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export async function startTestService<Config extends StandardConfig, Flags>(
  options: TestServiceOptions<Config, Flags>,
): Promise<TestService> {
  checkOptions('startTestService', options, testServiceRules, Object.keys(testServiceRules));
  const { name, configSchema, migrations, env, flags, create } = options;
  const config = readConfig(configSchema, { PORT: '0', DRAIN_DELAY_MS: '0', ...env });
  const database = await openDatabase({
    name,
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_POOL_MAX,
    pooler: config.DATABASE_POOLER,
    migrations,
  });
  const service = await create({ config, flags, database, logger: silentLogger });
  const logger = { ...silentLogger, fatal: console.error };
  const { url, close } = await startService({ name, config, logger, ...service });
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
