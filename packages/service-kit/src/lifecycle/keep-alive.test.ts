import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { readConfig, serviceEnv } from '../process/config.ts';
import { silentLogger } from '../process/logger.ts';
import { startService } from './start-service.ts';

/** Seconds, as the service tells its clients. */
async function keepAliveOf(env: Record<string, string>, limits = {}) {
  const config = readConfig(z.object(serviceEnv), { PORT: '0', DRAIN_DELAY_MS: '0', ...env });
  const app = (_request: unknown, response: { end(): void }) => response.end();
  const { url, close } = await startService({
    name: 'x',
    config,
    app: app as never,
    logger: silentLogger,
    limits,
  });
  const pool = new Pool(url, { connections: 1 });
  onTestFinished(async () => {
    await pool.destroy();
    await close();
  });
  const { headers, body } = await pool.request({ method: 'GET', path: '/' });
  await body.dump();
  return Number(/^timeout=(\d+)/.exec(String(headers['keep-alive']))?.[1]);
}

/** What balancers keep an idle connection for: ALB and GCP's, nginx' upstreams and clients, HAProxy's server side. */
const balancersS = [60, 60, 75, 60];

test('a connection is kept longer than balancers keep it, so that none sends a request into its end', async () => {
  expect(await keepAliveOf({})).toBeGreaterThan(Math.max(...balancersS));
});

test('KEEP_ALIVE_TIMEOUT_MS sets it for a balancer that keeps connections longer', async () => {
  expect(await keepAliveOf({ KEEP_ALIVE_TIMEOUT_MS: '650000' })).toBe(650);
});

test('a limit in code comes before the setting', async () => {
  expect(await keepAliveOf({ KEEP_ALIVE_TIMEOUT_MS: '650000' }, { keepAliveTimeoutMs: 5000 })).toBe(5);
});
