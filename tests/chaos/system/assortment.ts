import type { Clock } from '@ballast/resilience/primitives';
import { Client } from 'pg';
import type { HistoryLog } from '../history/history-log.ts';
import { sleep } from '../sleep.ts';

/** So few that some are gone after half a minute of slow traffic, and some after half an hour of fast traffic. */
const scarcePieces = [2, 3, 4, 6, 10, 20, 50, 200] as const;
const scarceProducts = scarcePieces.map((supplied, index) => ({
  sku: `EDITION-${index + 1}`,
  name: `Edition of ${supplied}`,
  category: 'Limited',
  priceCents: 1111 * (index + 1),
  supplied,
}));

/** Delivers products that run out, through the ledger like every delivery. */
export async function deliverScarceProducts(inventoryUrl: string): Promise<void> {
  await query(
    inventoryUrl,
    `with delivery as (
      select * from jsonb_to_recordset($1::jsonb)
        as d(sku text, name text, category text, "priceCents" integer, supplied integer)
    ), listed as (
      insert into products (sku, name, category, price_cents)
      select sku, name, category, "priceCents" from delivery
    ), counted as (
      insert into stock (sku, supplied, available) select sku, supplied, supplied from delivery
    )
    insert into stock_movements (sku, kind, quantity) select sku, 'supplied', supplied from delivery`,
    [JSON.stringify(scarceProducts)],
  );
}

export type PriceChanges = { stop(): Promise<void> };

const changeEveryMs = 4000;

/** Raises the price of one product after the other by a cent, and notes it before it happens. */
export function startPriceChanges(
  inventoryUrl: string,
  prices: ReadonlyMap<string, number>,
  { log, clock }: { readonly log: Pick<HistoryLog, 'priced'>; readonly clock: Clock },
): PriceChanges {
  const current = new Map(prices);
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (let change = 0; !stopping.signal.aborted; change += 1) {
      const [sku, cents] = [...current][change % current.size] as [string, number];
      current.set(sku, cents + 1);
      log.priced(sku, cents + 1);
      await setPrice(sku, cents + 1);
      await sleep(clock, changeEveryMs, stopping.signal);
    }
  }

  /** Until it is certain: whether a price is in force must not stay unknown. */
  async function setPrice(sku: string, cents: number): Promise<void> {
    const text = 'update products set price_cents = $2 where sku = $1';
    for (let isSet = false; !isSet && !stopping.signal.aborted; ) {
      isSet = await query(inventoryUrl, text, [sku, cents]).then(
        () => true,
        () => false,
      );
      if (!isSet) await sleep(clock, 200, stopping.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function query(connectionString: string, text: string, values: unknown[]): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(text, values);
  } finally {
    await client.end().catch(() => {});
  }
}
