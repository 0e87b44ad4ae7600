import { strict as assert } from 'node:assert';
import { eventually } from '@ballast/resilience/testing';
import { sql } from '../postgres/sql.ts';
import type { TestService } from './service.ts';

/**
 * Passes when requests that wait for the database wait where the load shedder sees them, and fails when they wait
 * inside the pool. The service must have a pool of one connection.
 *
 * @param path a GET that asks the database
 */
export async function assertVisibleQueue(
  { database, send }: Pick<TestService, 'database' | 'send'>,
  path: string,
): Promise<void> {
  const resilience = async () => (await send('GET', '/resilience')).body;
  const { dependencies, admission } = await resilience();
  const [postgres] = dependencies;
  assert.equal(postgres.name, 'postgres');
  assert.equal(postgres.policies.bulkhead.limit, 1);
  const { maxQueueWaitMs } = admission.settings;

  await database.transaction(async (holder) => {
    await eventually(
      `the shedder sees a wait of more than ${maxQueueWaitMs} ms`,
      async () => {
        for (let i = 0; i < 4; i++) void send('GET', path);
        // A transaction in which nothing happens would be ended by the server.
        await holder.query(sql`select 1`);
        return (await resilience()).admission.queueWaitMs > maxQueueWaitMs;
      },
      { everyMs: 20 },
    );
  });
}
