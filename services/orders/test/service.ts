import { randomUUID } from 'node:crypto';
import { type Flags, openFlags } from '@ballast/flags';
import { openDatabase, readConfig, silentLogger, startService } from '@ballast/service-kit';
import { createTestDatabase } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { type RawBuilder, sql } from 'kysely';
import { inject, vi } from 'vitest';
import { createOrders } from '../src/app.ts';
import { configSchema, flagDefaults } from '../src/config.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { startStubInventory, startStubRecommendation } from './stub-shop.ts';

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  body: any;
}

export const mug = { sku: 'MUG-ENAMEL', quantity: 1 };

/** Flags as a file would have them. */
export const flagsWith = (changed: Partial<Record<keyof typeof flagDefaults, boolean>>) =>
  openFlags({ defaults: { ...flagDefaults, ...changed } });

/** For tests of what is decided: on a busy machine the protections would answer in its place. */
export const unprotected = {
  'protection.breaker': false,
  'protection.bulkhead': false,
  'protection.timeouts': false,
  'protection.deadline': false,
  'protection.shedding': false,
};

/** Waits until it holds; a test that waits in vain says what for. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const check = async () => {
    if (!(await holds())) throw new Error(`never came true: ${holds}`);
  };
  await vi.waitFor(check, { timeout: 10_000, interval: 20 });
}

/** Another process of the same service, on the same database and with the same neighbours. */
export async function startReplica(
  env: Record<string, string>,
  flags: Flags = flagsWith({ 'protection.shedding': false }),
) {
  const config = readConfig(configSchema, { PORT: '0', DRAIN_DELAY_MS: '0', ...env });
  const database = await openDatabase<unknown>({
    name: 'orders',
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_POOL_MAX,
    migrations,
  });
  const orders = await createOrders({ config, database, flags, logger: silentLogger });
  const service = await startService({
    name: 'orders',
    config,
    logger: { ...silentLogger, fatal: console.error },
    ...orders,
  });

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(new URL(path, service.url), {
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

  const place = (
    wish: Partial<{ customerId: string; items: object[] }> = {},
    key: string = randomUUID(),
  ): Promise<Reply> =>
    send('POST', '/v1/orders', { customerId: 'ida', items: [mug], ...wish }, { 'idempotency-key': key });

  return {
    url: service.url,
    db: database.db,
    send,
    close: service.close,
    place,
    /** One more order, until one is answered so. */
    async placeUntil(status: number, wish: Parameters<typeof place>[0] = {}): Promise<Reply> {
      let reply = await place(wish);
      while (reply.status !== status) reply = await place(wish);
      return reply;
    },
    until: (orderId: string, status: string) =>
      eventually(async () => (await send('GET', `/v1/orders/${orderId}`)).body.status === status),
    async count(query: RawBuilder<unknown>) {
      const { rows } = await sql<{ n: number }>`select count(*)::integer as n from ${query}`.execute(
        database.db,
      );
      return rows[0]?.n ?? 0;
    },
  };
}

/** The whole service on a free port, with a database of its own and stubbed neighbours. */
export async function startOrders(env: Record<string, string> = {}, flags?: Flags) {
  const inventory = await startStubInventory();
  const recommendation = await startStubRecommendation();
  const settings = {
    DATABASE_URL: await createTestDatabase(inject('databaseServerUrl')),
    INVENTORY_URL: inventory.url,
    RECOMMENDATION_URL: recommendation.url,
    OUTBOX_POLL_MS: '20',
    ...env,
  };
  const service = await startReplica(settings, flags);
  await eventually(async () => (await service.send('GET', '/health/ready')).status === 200);
  return {
    ...service,
    settings,
    inventory,
    recommendation,
    async close() {
      await service.close();
      await Promise.all([inventory.close(), recommendation.close()]);
    },
  };
}

export type Orders = Awaited<ReturnType<typeof startOrders>>;
