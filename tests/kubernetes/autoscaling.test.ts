import { systemClock as clock } from '@ballast/resilience/primitives';
import { eventually } from '@ballast/resilience/testing';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { minReplicasOf, replicasOf, wantedReplicasOf } from './cluster.ts';
import { tunnel } from './kubectl.ts';

/** Longer than the autoscaler waits before it scales down. */
const scalesWithinMs = 400_000;
const quiet = 5;
const busy = 120;

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

/** Replicas that are ready, and those the autoscaler wants. */
async function scale(): Promise<{ ready: number; wanted: number }> {
  const [ready, wanted] = await Promise.all([replicasOf('orders'), wantedReplicasOf('orders')]);
  return { ready, wanted };
}

async function untilScale(
  what: string,
  matches: (now: { ready: number; wanted: number }) => boolean,
): Promise<{ ready: number; afterMs: number }> {
  const begin = clock.now();
  const look = async () => {
    const now = await scale();
    if (!matches(now)) throw new Error(`${now.ready} replicas, ${now.wanted} wanted`);
    return { ready: now.ready, afterMs: clock.now() - begin };
  };
  return eventually(what, look, { withinMs: scalesWithinMs, everyMs: 1000 });
}

test('orders is scaled up under load and down after it', async () => {
  const min = await minReplicasOf('orders');
  const isAtRest = ({ ready, wanted }: { ready: number; wanted: number }) => ready === min && wanted === min;
  // The tests before this one load the system as well, so it may be scaled up already.
  await setLoad(quiet);
  await untilScale('orders is at rest before the load', isAtRest);

  expect(await scale()).toEqual({ ready: min, wanted: min });
  await setLoad(busy);
  const up = await untilScale('orders is scaled up', ({ ready, wanted }) => ready > min && wanted > min);
  await setLoad(quiet);
  const down = await untilScale('orders is scaled down', isAtRest);
  console.log(
    `${up.ready} replicas after ${Math.round(up.afterMs / 1000)} s of load, ${min} again ${Math.round(down.afterMs / 1000)} s after it`,
  );
});
