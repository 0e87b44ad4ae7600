import { eventually } from '@ballast/resilience/testing';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { replicasOf } from './cluster.ts';
import { tunnel } from './kubectl.ts';

const scalesWithinMs = 240_000;

async function setLoad(ordersPerSecond: number): Promise<void> {
  const loadGenerator = await tunnel('deployment/load-generator', 4004);
  const { statusCode } = await request(`http://127.0.0.1:${loadGenerator.port}/rate`, {
    method: 'PUT',
    // It checks the host, with its own port and not that of the tunnel.
    headers: { 'content-type': 'application/json', host: '127.0.0.1:4004' },
    body: JSON.stringify({ ordersPerSecond }),
  });
  loadGenerator.close();
  expect(statusCode).toBe(200);
}

async function untilReplicas(
  matches: (count: number) => boolean,
): Promise<{ count: number; afterMs: number }> {
  const begin = performance.now();
  const look = async () => {
    const count = await replicasOf('orders');
    if (!matches(count)) throw new Error(`${count} replicas`);
    return { count, afterMs: performance.now() - begin };
  };
  return eventually('the autoscaler acts', look, { withinMs: scalesWithinMs, everyMs: 1000 });
}

test('orders is scaled up under load and down after it', async () => {
  await setLoad(120);
  const up = await untilReplicas((count) => count > 2);
  await setLoad(5);
  const down = await untilReplicas((count) => count === 2);
  console.log(
    `${up.count} replicas after ${Math.round(up.afterMs / 1000)} s of load, 2 again ${Math.round(down.afterMs / 1000)} s after it`,
  );
});
