import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startCollector } from './collector.ts';
import { startStubPostgres } from './parity/stub-postgres.ts';

const folder = new URL('../example/', import.meta.url);
// Outside of a sample of 10 %, so that only what is remarkable may be exported.
const unsampled = `00-${'0'.repeat(31)}1-${'b'.repeat(16)}-00`;

test("in somebody else's NodeSDK a degraded order is exported whole, with its decisions, and a good one is not", async () => {
  const collector = await startCollector();
  const shop = spawn(process.execPath, ['--import', './telemetry.ts', 'shop.ts'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      DATABASE_URL: await startStubPostgres(),
      RECOMMENDATION_URL: 'http://127.0.0.1:9',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(shop.stdout, 'data')) as [Buffer];
  const url = line.toString().trim();
  const headers = { traceparent: unsampled };
  const order = await fetch(`${url}/v1/orders/7`, { method: 'POST', headers });
  expect(await order.json()).toMatchObject({ order: { id: '7' }, source: 'default' });
  await fetch(`${url}/v1/missing`, { headers });
  shop.kill();
  await once(shop, 'exit');
  collector.close();
  for (const part of [
    'POST /v1/orders/:customerId',
    'pg.query:SELECT',
    'resilience.fallback',
    'ECONNREFUSED',
  ]) {
    expect(collector.bodies['/v1/traces']).toContain(part);
  }
  expect(collector.bodies['/v1/traces']).not.toContain('/v1/missing');
  expect(collector.bodies['/v1/metrics']).toContain('resilience.calls');
});
