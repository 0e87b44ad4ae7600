/**
 * What does telemetry cost an order?
 *
 * Each variant runs in processes of its own. Load goes to one at a time, in short turns, so that other work of the
 * machine affects all of them alike. Ratios compare turns of the same round with OTEL_SDK_DISABLED=true.
 *
 * `--subject handler`: one express handler that calls out and queries once. `--subject orders`: the real services.
 * `--subject collector`: the handler while its collector answers, refuses or hangs; compared with one that answers.
 */
import { parseArgs } from 'node:util';
import { quantile } from '@ballast/resilience/primitives';
import { startDatabase } from './telemetry/database.ts';
import { killAll, residentBytes, startProgram, startService } from './telemetry/processes.ts';
import { Subject } from './telemetry/subject.ts';
import { writeUnprotectedFlags } from './telemetry/unprotected.ts';
import { baseline, collectorsGone, ours, published, type Variant } from './telemetry/variants.ts';

const { values } = parseArgs({
  options: {
    subject: { type: 'string', default: 'handler' },
    rounds: { type: 'string', default: '8' },
    turnMs: { type: 'string', default: '3000' },
    concurrency: { type: 'string', default: '16' },
  },
});
const rounds = Number(values.rounds);
const turnMs = Number(values.turnMs);
const concurrency = Number(values.concurrency);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.once('exit', killAll);

const database = await startDatabase();
const upstream = await startProgram('./upstream.ts', {});
const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: upstream.url };

async function startHandler(variant: Variant): Promise<Subject> {
  const databaseUrl = await database.create(`handler_${subjects.length}`);
  const env = {
    ...collector,
    ...variant.env,
    OTEL_SERVICE_NAME: 'orders',
    UPSTREAM_URL: upstream.url,
    DATABASE_URL: databaseUrl,
  };
  const { pid, url } = await startProgram('./handler.ts', env, variant.preload);
  return new Subject({ name: variant.name, pid, url, concurrency, skus: ['LAMP'] });
}

const flagsFile = writeUnprotectedFlags();

async function startOrders(variant: Variant): Promise<Subject> {
  const start = async (name: string, env: NodeJS.ProcessEnv = {}) => {
    const databaseUrl = await database.create(`${name}_${subjects.length}`);
    return startService(name, variant, {
      ...collector,
      ...env,
      DATABASE_URL: databaseUrl,
      FLAGS_FILE: flagsFile,
    });
  };
  const inventory = await start('inventory');
  const recommendation = await start('recommendation');
  const orders = await start('orders', {
    INVENTORY_URL: inventory.url,
    RECOMMENDATION_URL: recommendation.url,
  });
  const catalogue = await fetch(`${inventory.url}/v1/products`);
  const { products } = (await catalogue.json()) as { products: { sku: string; available: number }[] };
  const skus = products.filter(({ available }) => available > 100_000).map(({ sku }) => sku);
  return new Subject({ name: variant.name, ...orders, concurrency, skus });
}

async function variantsOf(subject: string): Promise<readonly Variant[]> {
  if (subject !== 'collector') return [baseline, ...ours, ...published];
  const [traced] = ours;
  const hanging = await startProgram('./hanging.ts', {});
  return traced ? [{ ...traced, name: 'collector answers' }, ...collectorsGone(hanging.url)] : [];
}

const fixed = (value = Number.NaN, digits = 0): string => value.toFixed(digits);
const subjects: Subject[] = [];
const start = values.subject === 'orders' ? startOrders : startHandler;
for (const variant of await variantsOf(values.subject)) subjects.push(await start(variant));

// A warm-up compiles the code, opens connections and closes breakers.
for (const subject of subjects) await subject.runFor(2 * turnMs);
for (const subject of subjects) subject.reset();
for (let round = 0; round < rounds; round += 1) {
  for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await subject.runFor(turnMs);
}

const [reference] = subjects;
console.log(`${values.subject}, ${rounds} rounds of ${turnMs} ms, ${concurrency} orders in flight\n`);
console.log('| Telemetry | orders/s | throughput | CPU per order | p50 | p99 | RSS | refused |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const { name, pid, turns, latenciesMs, refused } of subjects) {
  const ratios = turns.map(({ perSecond }, round) => perSecond / (reference?.turns[round]?.perSecond ?? 0));
  const rates = turns.map(({ perSecond }) => perSecond);
  const costs = turns.map(({ cpuMicrosPerOrder }) => cpuMicrosPerOrder);
  const cells = [
    name,
    fixed(quantile(rates, 0.5)),
    `${fixed(100 * (quantile(ratios, 0.5) ?? Number.NaN))} %`,
    `${fixed(quantile(costs, 0.5))} µs`,
    `${fixed(quantile(latenciesMs, 0.5), 1)} ms`,
    `${fixed(quantile(latenciesMs, 0.99), 1)} ms`,
    `${(residentBytes(pid) / 1e6).toFixed(0)} MB`,
    refused,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

await Promise.all(subjects.map((subject) => subject.close()));
killAll();
await database.stop();
process.exit();
