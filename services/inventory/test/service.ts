import { openFlags } from '@ballast/flags';
import { sql } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { createTestDatabase, startTestService, type TestReply } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { inject } from 'vitest';
import { createInventory } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { migrations } from '../src/db/migrations/index.ts';

// These tests are not about load shedding.
const unshed = { ...protectionDefaults, 'protection.shedding': false };

/** The whole service on a free port with a database of its own. */
export async function startInventory(env: Record<string, string> = {}) {
  const url = await createTestDatabase(inject('databaseServerUrl'));
  const service = await startTestService({
    name: 'inventory',
    configSchema,
    migrations,
    env: { DATABASE_URL: url, SWEEP_MS: '3600000', ...env },
    flags: openFlags({ defaults: unshed }),
    create: createInventory,
  });
  const { send, database } = service;

  return {
    ...service,
    /** Asks again as long as the answer is 503 or 504, as a customer with a Retry-After does. */
    async insist(...request: Parameters<typeof send>): Promise<TestReply> {
      for (;;) {
        const reply = await send(...request);
        if (reply.status !== 503 && reply.status !== 504) return reply;
      }
    },
    /** How one product stands. */
    async stockOf(sku: string) {
      const [stock] = await database.query<{
        supplied: number;
        available: number;
        reserved: number;
        sold: number;
      }>(sql`
        select supplied, available, reserved, sold from stock where sku = ${sku}`);
      if (!stock) throw new Error(`there is no product ${sku}`);
      return stock;
    },
    /** The stock as the ledger adds it up. */
    async ledgerOf(sku: string) {
      const rows = await database.query<{ kind: string; quantity: number }>(sql`
        select kind, sum(quantity)::integer as quantity from stock_movements where sku = ${sku} group by kind`);
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
      await database.query(
        sql`update reservations set expires_at = now() - interval '1 second' where order_id = ${orderId}`,
      );
    },
  };
}

export type Inventory = Awaited<ReturnType<typeof startInventory>>;
