import { randomUUID } from 'node:crypto';
import { type Flags, openFlags } from '@ballast/flags';
import { eventually } from '@ballast/resilience/testing';
import { type Sql, sql } from '@ballast/service-kit';
import { createTestDatabase, startTestService, type TestReply } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { inject } from 'vitest';
import { createOrders } from '../src/app.ts';
import { configSchema, flagDefaults } from '../src/config.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { startStubInventory, startStubRecommendation } from './stub-shop.ts';

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

/** Another process of the same service, on the same database and with the same neighbours. */
export async function startReplica(
  env: Record<string, string>,
  flags: Flags = flagsWith({ 'protection.shedding': false }),
) {
  const service = await startTestService({
    name: 'orders',
    configSchema,
    migrations,
    env,
    flags,
    create: createOrders,
  });
  const { send, database } = service;

  const place = (
    request: Partial<{ customerId: string; items: object[] }> = {},
    key: string = randomUUID(),
  ): Promise<TestReply> =>
    send('POST', '/v1/orders', { customerId: 'ida', items: [mug], ...request }, { 'idempotency-key': key });

  return {
    ...service,
    place,
    /** One more order, until one is answered so. */
    async placeUntil(status: number, request: Parameters<typeof place>[0] = {}): Promise<TestReply> {
      let reply = await place(request);
      while (reply.status !== status) reply = await place(request);
      return reply;
    },
    until: (orderId: string, status: string) =>
      eventually(`order ${orderId} is ${status}`, async () => {
        return (await send('GET', `/v1/orders/${orderId}`)).body.status === status;
      }),
    async count(rows: Sql) {
      const [counted] = await database.query<{ n: number }>(sql`select count(*)::integer as n from ${rows}`);
      return counted?.n ?? 0;
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
  await eventually(
    'orders is ready',
    async () => (await service.send('GET', '/health/ready')).status === 200,
  );
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
