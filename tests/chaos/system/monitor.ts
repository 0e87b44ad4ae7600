import type { Clock } from '@ballast/resilience/primitives';
import { Client } from 'pg';
import type { FinalState, StockRow } from '../checker/final-state.ts';
import { sleep } from '../sleep.ts';
import { stockQuery } from './read-state.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { TrafficMeter } from './traffic-meter.ts';

export type Monitor = {
  /** Ends the measuring and returns what was measured. */
  stop(): Promise<Pick<FinalState, 'stockSamples' | 'traffic'>>;
};

/** Samples the stock and measures the traffic while the run goes on. */
export function startMonitor(system: SystemUnderTest, clock: Clock): Monitor {
  const beginMs = clock.now();
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
      const sample = await sampleStock(system);
      if (sample) stockSamples.push(sample);
    }),
  ];
  return {
    async stop() {
      isRunning = false;
      await Promise.all(loops);
      await meter.measure();
      await meter.close();
      return { stockSamples, traffic: meter.traffic(clock.now() - beginMs) };
    },
  };
}

/** One statement sees one moment. Undefined when the database is away. */
async function sampleStock({ databaseUrl }: SystemUnderTest): Promise<StockRow[] | undefined> {
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
