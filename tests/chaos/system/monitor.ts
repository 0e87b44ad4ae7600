import type { Clock } from '@ballast/resilience/primitives';
import { Client } from 'pg';
import type { OrderRow, StockRow } from '../checker/final-state.ts';
import { sleep } from '../sleep.ts';
import { KeyWatch } from './key-watch.ts';
import { keysQuery, type MeasuredState, stockQuery } from './read-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { TrafficMeter } from './traffic-meter.ts';

export type Monitor = {
  /** Ends the measuring and returns what was measured. */
  stop(): Promise<MeasuredState>;
  /** Orders with the keys that they were placed with, also where the key has been forgotten since. */
  withKeys(orders: readonly OrderRow[]): OrderRow[];
};

/** Samples the stock and the keys, and measures the traffic, while the run goes on. */
export async function startMonitor(system: SystemUnderTest, clock: Clock): Promise<Monitor> {
  const beginMs = clock.now();
  const keys = new KeyWatch();
  const supply = await sampleOf<StockRow>(system.databaseUrl('inventory'), stockQuery);
  const meter = new TrafficMeter(system);
  const stockSamples: StockRow[][] = [];
  let isRunning = true;

  async function repeat(everyMs: number, measure: () => Promise<unknown>): Promise<void> {
    while (isRunning) {
      await measure();
      await sleep(clock, everyMs);
    }
  }

  const loops = [
    repeat(200, () => meter.measure()),
    repeat(2000, async () => {
      const sample = await sampleOf<StockRow>(system.databaseUrl('inventory'), stockQuery);
      if (sample) stockSamples.push(sample);
    }),
    repeat(1000, async () => keys.note(await sampleOf(system.databaseUrl('orders'), keysQuery))),
  ];
  return {
    async stop() {
      isRunning = false;
      await Promise.all(loops);
      await meter.measure();
      await meter.close();
      return {
        stockSamples,
        traffic: meter.traffic(clock.now() - beginMs),
        supply: (supply ?? []).map(({ sku, supplied }) => ({ sku, supplied })),
        ...keys.findings(),
      };
    },
    withKeys: (orders) => orders.map((order) => ({ ...order, key: keys.keyOf(order) })),
  };
}

/** One statement sees one moment. Undefined when the database is away. */
async function sampleOf<Row extends object>(
  connectionString: string,
  query: string,
): Promise<Row[] | undefined> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(query)).rows;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
