import { openFlags } from '@ballast/flags';
import { openDatabase, readConfig, silentLogger, startService } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { inject } from 'vitest';
import { createRecommendation } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { migrations } from '../src/db/migrations/index.ts';

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  body: any;
}

// How a busy machine is spared is not what these tests are about.
const unshed = { ...protectionDefaults, 'protection.shedding': false };

/** The whole service on a free port with a database of its own. */
export async function startRecommendation(env: Record<string, string> = {}) {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  const config = readConfig(configSchema, {
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    DATABASE_URL: url,
    COUNT_MS: '3600000',
    ...env,
  });
  const database = await openDatabase<unknown>({
    name: 'recommendation',
    url,
    maxConnections: config.DATABASE_POOL_MAX,
    migrations,
  });
  const recommendation = createRecommendation({
    config,
    database,
    flags: openFlags({ defaults: unshed }),
    logger: silentLogger,
  });
  const service = await startService({
    name: 'recommendation',
    config,
    logger: silentLogger,
    ...recommendation,
  });

  async function send(method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(new URL(path, service.url), {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  return { send, db: database.db, close: service.close };
}

export type Recommendation = Awaited<ReturnType<typeof startRecommendation>>;
