import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TrafficMeter } from './traffic-meter.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A meter on an orders service that answers with nothing but the calls it was asked to make. */
async function meterOn(totals: Record<string, number>, retries = 0) {
  const server = createServer((_request, response) => {
    const dependencies = Object.entries(totals).map(([name, total]) => ({
      name,
      calls: { total },
      policies: { retry: { retries } },
    }));
    response.end(JSON.stringify({ dependencies }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const meter = new TrafficMeter({
    replicas: [{ service: 'orders', process: 'orders-1', port }],
    proxies: { byEdge: new Map(), requestsOver: () => 7, close: async () => {} },
  });
  cleanups.push(
    () => meter.close(),
    () => server.close(),
  );
  return meter;
}

const callsOver = (meter: TrafficMeter, edge: string) => meter.traffic(1000).find((row) => row.edge === edge);

describe('the traffic meter', () => {
  it('adds up the dependencies that share an edge', async () => {
    const meter = await meterOn({ inventory: 10, catalogue: 2, recommendation: 5, postgres: 100 }, 1);
    await meter.measure();
    expect(callsOver(meter, 'orders -> inventory')).toMatchObject({ calls: 12, retries: 2, attempts: 7 });
    expect(callsOver(meter, 'orders -> recommendation')).toMatchObject({ calls: 5, retries: 1, attempts: 7 });
  });

  it('keeps the calls of a process that was killed, and counts a new retry budget for its successor', async () => {
    const totals = { inventory: 10 };
    const meter = await meterOn(totals);
    await meter.measure();
    const before = callsOver(meter, 'orders -> inventory');
    totals.inventory = 4;
    await meter.measure();
    const after = callsOver(meter, 'orders -> inventory');
    expect(after?.calls).toBe(14);
    expect(after?.freeRetries).toBeGreaterThan(before?.freeRetries ?? 0);
  });
});
