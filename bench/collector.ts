/**
 * What does a stopped collector cost the customers?
 *
 * On the Compose stack (`docker compose up -d --wait`), under a steady open-loop load: some minutes with the
 * collector, five without it, some with it again. Then Prometheus says what was dropped meanwhile.
 */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { quantile } from '@ballast/resilience/primitives';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    minutesAround: { type: 'string', default: '3' },
    rate: { type: 'string', default: '40' },
  },
});
const services = ['orders', 'inventory', 'recommendation'];
const loadGenerator = 'http://127.0.0.1:4004';
const prometheus = 'http://127.0.0.1:9090';
const pollMs = 1000;
const run = promisify(execFile);
const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;

interface EndedOrder {
  readonly id: string | null;
  readonly at: number;
  readonly outcome: string;
  readonly latencyMs: number;
}

async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args)).stdout.trim();
}

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

async function setRate(ordersPerSecond: number): Promise<void> {
  const body = JSON.stringify({ ordersPerSecond, readsPerSecond: 0 });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${loadGenerator}/rate`, { method: 'PUT', headers, body });
}

/** The load generator keeps its latest hundred orders, more than end between two polls. */
async function ordersOf(milliseconds: number): Promise<EndedOrder[]> {
  const seen: EndedOrder[] = [];
  const begin = Date.now();
  let newest = begin;
  while (Date.now() - begin < milliseconds) {
    await delay(pollMs);
    const { orders } = (await json(`${loadGenerator}/stats`)) as { orders: EndedOrder[] };
    seen.push(...orders.filter(({ at }) => at > newest));
    newest = Math.max(newest, ...orders.map(({ at }) => at));
  }
  return seen;
}

async function memory(): Promise<string> {
  const ids = (await docker('compose', 'ps', '--quiet', ...services)).split('\n');
  const usage = await docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...ids);
  return services
    .map((name) => usage.split('\n').find((line) => line.includes(`-${name}-`)) ?? '')
    .map((line) => line.split(' ')[1])
    .join(' / ');
}

async function minute(collector: string): Promise<void> {
  const orders = await ordersOf(60_000);
  const latenciesMs = orders.map(({ latencyMs }) => latencyMs);
  const bad = orders.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused').length;
  const cells = [
    collector,
    orders.length,
    ms(quantile(latenciesMs, 0.5)),
    ms(quantile(latenciesMs, 0.99)),
    bad,
    await memory(),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

async function minutes(count: number, collector: string): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) await minute(collector);
}

/** What all services say they have dropped. */
async function dropped(signal: 'span' | 'log'): Promise<number> {
  const query = `sum(otel_sdk_processor_${signal}_processed_total{error_type!=""})`;
  const url = `${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
  const { data } = (await json(url)) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

await setRate(Number(values.rate));
console.log(`${values.rate} orders/s; memory of ${services.join(', ')}\n`);
console.log('| collector | orders in a minute | p50 | p99 | failed or refused | memory |');
console.log('|---|---:|---:|---:|---:|---:|');
await delay(30_000);
await minutes(Number(values.minutesAround), 'running');
await docker('compose', 'stop', '--timeout', '1', 'otel-collector');
await minutes(Number(values.minutes), 'stopped');
await docker('compose', 'start', 'otel-collector');
await minutes(Number(values.minutesAround), 'back');
console.log(`\ndropped and counted: ${await dropped('span')} spans, ${await dropped('log')} log records`);
