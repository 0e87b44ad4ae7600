import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendAll } from './requests.ts';
import { type Recorded, readMetrics, readSpans, type Telemetry } from './telemetry.ts';

interface Message {
  readonly url?: string;
}

/** Runs the shop with one list of instrumentations, sends it all requests, and gives what it exported. */
export async function record(env: NodeJS.ProcessEnv): Promise<Telemetry> {
  const exported: Recorded = { traces: [], metrics: [] };
  const collector = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.url === '/v1/traces') exported.traces.push(JSON.parse(body));
    if (request.url === '/v1/metrics') exported.metrics.push(JSON.parse(body));
    response.end('{}');
  });
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  const shop = fork(new URL('./shop.ts', import.meta.url), {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    },
    execArgv: ['--import', '@ballast/telemetry/register'],
    silent: true,
  });
  let output = '';
  shop.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  let errors = '';
  shop.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const message = async () => ((await once(shop, 'message')) as [Message])[0];
  const started = Promise.race([message(), once(shop, 'exit').then(() => Promise.reject(new Error(errors)))]);
  const { url = '' } = (await started) as Message;
  await sendAll(url, message);
  shop.send('stop');
  await once(shop, 'exit');
  collector.close();
  return { spans: readSpans(exported.traces), metrics: readMetrics(exported.metrics), output };
}
