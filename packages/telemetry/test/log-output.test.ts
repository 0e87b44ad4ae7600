import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from './collector.ts';

const service = new URL('./talkative.ts', import.meta.url);

async function start(output: number | 'pipe', env: NodeJS.ProcessEnv = {}) {
  const stdio: StdioOptions = ['ignore', output, 'inherit', 'ipc'];
  const execArgv = ['--import', '@ballast/telemetry/register'];
  const child = fork(service, { env: { PATH: process.env.PATH, ...env }, execArgv, stdio });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

async function stop(child: ChildProcess): Promise<unknown> {
  child.send('stop');
  const [code] = await once(child, 'exit');
  return code;
}

/** Five orders, each of which writes more than a pipe holds. */
async function placeOrders(url: string): Promise<Set<string>> {
  const answers = new Set<string>();
  for (let order = 0; order < 5; order += 1) {
    const placing = fetch(url, { signal: AbortSignal.timeout(5000) });
    answers.add(await placing.then((answer) => answer.text()).catch(({ message }) => message));
  }
  return answers;
}

test('a full disk under the log stops no order', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const { child, url } = await start(full);
  expect(await placeOrders(url)).toEqual(new Set(['placed']));
  expect(await stop(child)).toBe(0);
});

test('a reader that is gone stops no order', async () => {
  const { child, url } = await start('pipe');
  child.stdout?.destroy();
  expect(await placeOrders(url)).toEqual(new Set(['placed']));
  expect(await stop(child)).toBe(0);
});

test('a reader that has stopped reading stops no order, and neither the end of the process', async () => {
  const { child, url } = await start('pipe');
  expect(await placeOrders(url)).toEqual(new Set(['placed']));
  expect(await stop(child)).toBe(0);
});

test('a reader that reads gets every line, the last one as well', async () => {
  const { child, url } = await start('pipe');
  const output = text(child.stdout as NodeJS.ReadableStream);
  expect(await placeOrders(url)).toEqual(new Set(['placed']));
  expect(await stop(child)).toBe(0);
  const lines = (await output).trim().split('\n');
  expect(lines).toHaveLength(2501);
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ level: 'fatal', msg: 'stopping' });
});

test('lines that were dropped are counted by the reason, and exported all the same', async () => {
  const collector = await startCollector();
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => {
    closeSync(full);
    collector.close();
  });
  const { url } = await start(full, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    OTEL_EXPORTER_OTLP_TIMEOUT: '90',
  });
  await placeOrders(url);
  await expect.poll(() => collector.bodies['/v1/metrics']).toContain('log.lines.dropped');
  expect(collector.bodies['/v1/metrics']).toContain('ENOSPC');
  await expect.poll(() => collector.bodies['/v1/logs'], { timeout: 5000 }).toContain('placing an order');
});
