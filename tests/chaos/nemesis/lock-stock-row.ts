import { Client } from 'pg';
import type { EndFault } from './fault.ts';

/** Holds the stock of one product in a transaction that stays open. */
export async function lockStockRow(inventoryUrl: string, product: number): Promise<EndFault> {
  const client = await connected(inventoryUrl);
  const count = `(select count(*) from stock)`;
  await client.query('begin');
  await client.query(
    `select from stock where sku = (select sku from stock order by sku offset $1::bigint % ${count} limit 1) for update`,
    [product],
  );
  return async () => {
    // The end of the connection ends the transaction; a database that has died meanwhile has ended it itself.
    await client.end().catch(() => {});
  };
}

async function connected(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 1000, query_timeout: 2000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}
