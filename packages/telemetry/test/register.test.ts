import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startCollector } from './collector.ts';

const service = new URL('./service.ts', import.meta.url);
const knownTraceId = 'f'.repeat(32); // within every sample
const unsampledParent = `00-${'0'.repeat(31)}1-${'b'.repeat(16)}-00`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function startService(env: NodeJS.ProcessEnv) {
  const child = fork(service, {
    env: { PATH: process.env.PATH, OTEL_SERVICE_NAME: 'orders', ...env },
    execArgv: ['--import', '@ballast/telemetry/register'],
    silent: true,
  });
  started.push(child);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const [{ url, hasSdk }] = (await once(child, 'message')) as [{ url: string; hasSdk: boolean }];
  const stop = async () => {
    child.send('stop');
    await once(child, 'close');
    return output;
  };
  return { url, hasSdk, stop };
}

async function placeOrder(
  url: string,
  headers: Record<string, string> = {},
): Promise<Record<string, string>> {
  return (await fetch(url, { headers })).json() as Promise<Record<string, string>>;
}

describe('a service started with the preload', () => {
  test('continues the trace of its caller and passes no baggage on', async () => {
    const collector = await startCollector();
    const { url, stop } = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const traceparent = `00-${knownTraceId}-${'b'.repeat(16)}-01`;
    const received = await placeOrder(`${url}/v1/orders?email=a@b.c`, { traceparent, baggage: 'user=7' });
    await stop();
    collector.close();
    expect(received.traceparent).toMatch(new RegExp(`^00-${knownTraceId}-[0-9a-f]{16}-01$`));
    expect(received.traceparent).not.toContain('b'.repeat(16));
    expect(received).not.toHaveProperty('baggage');
    expect(collector.bodies['/v1/traces']).toContain('/v1/stock');
    expect(collector.bodies['/v1/traces']).not.toContain('a@b.c');
  });

  test('exports its log lines redacted', async () => {
    const collector = await startCollector();
    const { url, stop } = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await placeOrder(`${url}/v1/orders`);
    const output = await stop();
    collector.close();
    expect(output).toContain('"trace_id"');
    for (const text of [output, collector.bodies['/v1/logs']]) {
      expect(text).toContain('placing an order');
      expect(text).not.toContain('s3cret');
    }
  });

  test('exports what it measured', async () => {
    const collector = await startCollector();
    const { url, stop } = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await placeOrder(`${url}/v1/orders`);
    await stop();
    collector.close();
    for (const metric of ['http.server.request.duration', 'process.cpu.time', 'v8js.memory.heap.used']) {
      expect(collector.bodies['/v1/metrics']).toContain(metric);
    }
    expect(collector.bodies['/v1/metrics']).not.toContain('otel.sdk.span.live');
  });

  test('counts the spans that it drops while the collector hangs, and stops in time', async () => {
    const collector = await startCollector();
    const hanging = createServer(() => {});
    await once(hanging.listen(0, '127.0.0.1'), 'listening');
    const { url, stop } = await startService({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/v1/traces`,
      OTEL_BSP_MAX_QUEUE_SIZE: '2',
      OTEL_BSP_SCHEDULE_DELAY: '1',
    });
    for (let order = 0; order < 10; order += 1) await placeOrder(`${url}/v1/orders`);
    await stop();
    collector.close();
    hanging.closeAllConnections();
    hanging.close();
    expect(collector.bodies['/v1/metrics']).toContain('queue_full');
  });

  test('exports a failed request that its caller did not sample, and not a good one', async () => {
    const collector = await startCollector();
    const { url, stop } = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await placeOrder(`${url}/v1/orders`, { traceparent: unsampledParent });
    await placeOrder(`${url}/v1/failing`, { traceparent: unsampledParent });
    await stop();
    collector.close();
    expect(collector.bodies['/v1/traces']).toContain('/v1/failing');
    expect(collector.bodies['/v1/traces']).not.toContain('/v1/orders');
  });

  test('answers, and stops in time, without a collector', async () => {
    const { url, stop } = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(await placeOrder(`${url}/v1/orders`)).toHaveProperty('traceparent');
    await stop();
  });

  test('does not start with a setting that makes no sense, and names it', async () => {
    const child = fork(service, {
      env: {
        PATH: process.env.PATH,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
        OTEL_BSP_MAX_QUEUE_SIZE: '4k',
      },
      execArgv: ['--import', '@ballast/telemetry/register'],
      silent: true,
    });
    started.push(child);
    let output = '';
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(1);
    expect(output).toContain('telemetry: OTEL_BSP_MAX_QUEUE_SIZE must be an integer >= 1, received "4k"');
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['no endpoint is set', {}],
    ['it is disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
  ])('loads no SDK when %s', async (_, env) => {
    const { url, hasSdk, stop } = await startService(env);
    expect(hasSdk).toBe(false);
    expect(await placeOrder(`${url}/v1/orders`)).not.toHaveProperty('traceparent');
    await stop();
  });
});
