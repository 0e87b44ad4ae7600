import { openFlags } from '@ballast/flags';
import { openDatabase, readConfig, silentLogger, startService } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { sql } from 'kysely';
import { inject } from 'vitest';
import { createInventory } from '../src/app.ts';
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
export async function startInventory(env: Record<string, string> = {}) {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  const config = readConfig(configSchema, {
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    DATABASE_URL: url,
    SWEEP_MS: '3600000',
    ...env,
  });
  const database = await openDatabase<unknown>({
    name: 'inventory',
    url,
    maxConnections: config.DATABASE_POOL_MAX,
    migrations,
  });
  const inventory = createInventory({
    config,
    database,
    flags: openFlags({ defaults: unshed }),
    logger: silentLogger,
  });
  const service = await startService({ name: 'inventory', config, logger: silentLogger, ...inventory });

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const isText = typeof body === 'string';
    const response = await fetch(new URL(path, service.url), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  return {
    send,
    /** As a customer who comes again when told to. */
    async insist(...request: Parameters<typeof send>): Promise<Reply> {
      for (;;) {
        const reply = await send(...request);
        if (reply.status !== 503 && reply.status !== 504) return reply;
      }
    },
    db: database.db,
    close: service.close,
    /** How one product stands. */
    async stockOf(sku: string) {
      const { rows } = await sql<{ supplied: number; available: number; reserved: number; sold: number }>`
        select supplied, available, reserved, sold from stock where sku = ${sku}`.execute(database.db);
      if (!rows[0]) throw new Error(`there is no product ${sku}`);
      return rows[0];
    },
    /** The stock as the ledger adds it up. */
    async ledgerOf(sku: string) {
      const { rows } = await sql<{ kind: string; quantity: number }>`
        select kind, sum(quantity)::integer as quantity from stock_movements where sku = ${sku} group by kind`.execute(
        database.db,
      );
      const sum = Object.fromEntries(rows.map(({ kind, quantity }) => [kind, quantity]));
      const { supplied = 0, reserved = 0, confirmed = 0, released = 0, expired = 0 } = sum;
      const givenBack = released + expired;
      return {
        supplied,
        available: supplied - reserved + givenBack,
        reserved: reserved - confirmed - givenBack,
        sold: confirmed,
      };
    },
    /** Makes a reservation's time be over, by the database's own clock. */
    async overdue(orderId: string) {
      await sql`update reservations set expires_at = now() - interval '1 second' where order_id = ${orderId}`.execute(
        database.db,
      );
    },
  };
}

export type Inventory = Awaited<ReturnType<typeof startInventory>>;
