/**
 * Where does one more replica of orders stop helping?
 *
 * In a cluster with the demo applied (infra/kubernetes/README.md). Each replica of orders and the database get the same
 * small limit of CPU, so that one of these limits is reached before that of the machine. The autoscaler and the load
 * generator are removed meanwhile; `kubectl apply -k` brings them back.
 */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { quantile } from '@ballast/resilience/primitives';
import { ClosedLoopLoad } from './telemetry/closed-loop-load.ts';

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '1,2,4' },
    cpu: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '8' },
  },
});
const cpuMillis = Number(values.cpu);
const run = promisify(execFile);
const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;

async function kubectl(...args: string[]): Promise<string> {
  return (await run('kubectl', ['--namespace', 'ballast', ...args])).stdout.trim();
}

/** In place, so that the database keeps what it holds. */
async function limitCpu(name: string): Promise<void> {
  for (const pod of await podsOf(name)) {
    const container = await kubectl('get', 'pod', pod, '--output', 'jsonpath={.spec.containers[0].name}');
    const resources = { limits: { cpu: `${cpuMillis}m` } };
    const patch = JSON.stringify({ spec: { containers: [{ name: container, resources }] } });
    await kubectl('patch', 'pod', pod, '--subresource', 'resize', '--patch', patch);
  }
}

/** Returns when that many replicas are ready and the others are gone. */
async function scale(deployment: string, replicas: number): Promise<void> {
  await kubectl('scale', `deployment/${deployment}`, `--replicas=${replicas}`);
  await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=180s');
  while ((await podsOf(deployment)).length > replicas) await delay(500);
}

const podsOf = async (name: string): Promise<string[]> => {
  const selector = `app.kubernetes.io/name=${name},app.kubernetes.io/component!=migration`;
  const names = await kubectl(
    'get',
    'pods',
    '--selector',
    selector,
    '--output',
    'jsonpath={.items[*].metadata.name}',
  );
  return names.split(' ').filter(Boolean);
};

/** CPU time that all pods of that name have used, according to their cgroups. */
async function cpuMicrosOf(name: string): Promise<number> {
  const script = 'cat /sys/fs/cgroup/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpuacct/cpuacct.usage';
  const readings = await Promise.all(
    (await podsOf(name)).map((pod) => kubectl('exec', pod, '--', 'sh', '-c', script)),
  );
  return readings
    .map((text) => Number(/^usage_usec (\d+)/m.exec(text)?.[1] ?? Number(text) / 1000))
    .reduce((sum, micros) => sum + micros, 0);
}

/** Many products, so that orders do not wait for the same row of the stock. */
async function plentifulSkus(): Promise<string[]> {
  const path = '/api/v1/namespaces/ballast/services/inventory:4002/proxy/v1/products';
  const { products } = JSON.parse(await kubectl('get', '--raw', path)) as {
    readonly products: { sku: string; available: number }[];
  };
  return products.filter(({ available }) => available > 100_000).map(({ sku }) => sku);
}

const parts = ['orders', 'inventory', 'recommendation', 'postgres'] as const;

async function measure(url: string, replicas: number): Promise<(string | number)[]> {
  await scale('orders', replicas);
  await limitCpu('orders');
  const concurrency = Number(values.concurrency) * replicas;
  const load = new ClosedLoopLoad({ url, concurrency, skus });
  await load.runFor(5000);
  const before = await Promise.all(parts.map(cpuMicrosOf));
  const begin = performance.now();
  const { perSecond, placed, refused, latenciesMs } = await load.runFor(Number(values.seconds) * 1000);
  const elapsedMicros = (performance.now() - begin) * 1000;
  const after = await Promise.all(parts.map(cpuMicrosOf));
  await load.close();
  const used = parts.map((_part, index) => (after[index] ?? 0) - (before[index] ?? 0));
  const share = (index: number, count: number) =>
    `${Math.round((100_000 * (used[index] ?? 0)) / (elapsedMicros * count * cpuMillis))} %`;
  return [
    replicas,
    perSecond.toFixed(0),
    ms(quantile(latenciesMs, 0.5)),
    ms(quantile(latenciesMs, 0.99)),
    share(0, replicas),
    share(3, 1),
    ...used.map((micros) => `${(micros / placed / 1000).toFixed(2)} ms`),
    refused,
  ];
}

await kubectl('delete', 'horizontalpodautoscaler', '--all');
await scale('load-generator', 0);
await limitCpu('postgres');
const skus = await plentifulSkus();
const port = await kubectl('get', 'service', 'orders', '--output', 'jsonpath={.spec.ports[0].nodePort}');
const columns = [
  'replicas of orders',
  'orders/s',
  'p50',
  'p99',
  'orders busy',
  'database busy',
  ...parts.map((part) => `CPU ${part}`),
  'refused',
];
console.log(
  `${cpuMillis}m CPU for each replica of orders and for the database, ${values.concurrency} orders in flight per replica\n`,
);
console.log(`| ${columns.join(' | ')} |`);
console.log(`| ${columns.map(() => '---:').join(' | ')} |`);
for (const replicas of values.replicas.split(',').map(Number))
  console.log(`| ${(await measure(`http://127.0.0.1:${port}`, replicas)).join(' | ')} |`);
