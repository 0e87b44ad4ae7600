import { Client } from 'pg';
import type { FinalState, StockRow } from '../checker/final-state.ts';
import type { ChaoticSystem } from './chaotic-system.ts';
import { stockQuery } from './read-state.ts';
import { TrafficMeter } from './traffic-meter.ts';

type Time = { now(): number; wait(ms: number): Promise<void> };

export type Witnesses = {
  /** Ends the watching and tells what was seen. */
  testify(): Promise<Pick<FinalState, 'stockSamples' | 'traffic'>>;
};

/** Looks at the stock and at the traffic while the run goes on. */
export function callWitnesses(system: ChaoticSystem, { now, wait }: Time): Witnesses {
  const begin = now();
  const meter = new TrafficMeter(system);
  const stockSamples: StockRow[][] = [];
  let watching = true;

  async function watch(everyMs: number, look: () => Promise<unknown>): Promise<void> {
    while (watching) {
      await look();
      await wait(everyMs);
    }
  }

  const watches = [
    watch(200, () => meter.look()),
    watch(2000, async () => {
      const sample = await sampleStock(system);
      if (sample) stockSamples.push(sample);
    }),
  ];
  return {
    async testify() {
      watching = false;
      await Promise.all(watches);
      await meter.look();
      await meter.close();
      return { stockSamples, traffic: meter.traffic(now() - begin) };
    },
  };
}

/** One statement sees one moment. Nothing when the database is away. */
async function sampleStock({ databaseUrl }: ChaoticSystem): Promise<StockRow[] | undefined> {
  const connectionString = databaseUrl('inventory');
  const client = new Client({ connectionString, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<StockRow>(stockQuery)).rows;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
