/**
 * What does a log line cost, and what of it is the safety: copying a record, looking for secrets, never throwing?
 *
 * Lines go nowhere, so that only what is done in the process counts. Rounds of the subjects are interleaved; CPU time,
 * medians. `pino with redact` is the built-in redaction of six names, three levels deep, as this package had it.
 */
import { parseArgs } from 'node:util';
import { quantile } from '@ballast/resilience/primitives';
import { createLogger } from '@ballast/telemetry';
import { pino, stdSerializers } from 'pino';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, lines: { type: 'string', default: '20000' } },
});
const rounds = Number(values.rounds);
const lines = Number(values.lines);

const destination = { write: () => {} };
const names = ['authorization', 'cookie', 'password', 'secret', 'token', 'connectionString'];
const paths = names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
const subjects = {
  pino: pino({ base: { service: 'bench' } }, destination),
  'pino with redact': pino(
    {
      base: { service: 'bench' },
      redact: { paths, censor: '[redacted]' },
      serializers: { err: stdSerializers.err },
    },
    destination,
  ),
  '@ballast/telemetry': createLogger({ service: 'bench', destination }),
};

const headers = { accept: 'application/json', Authorization: 'Bearer abc.def1', 'user-agent': 'bench/1.0' };
const records: Readonly<Record<string, object>> = {
  'three members': { orderId: 'b7e23ec2-9af9-4c5b', items: 3, confirmed: true },
  'a request with headers': { method: 'POST', url: '/v1/orders', request: { headers, peer: { port: 4001 } } },
  'an error with a cause': {
    err: new Error('database is away', { cause: new Error('connect ECONNREFUSED 127.0.0.1:5432') }),
  },
};

function nsPerLine(subject: (typeof subjects)['pino'], record: object): number {
  const before = process.cpuUsage();
  for (let line = 0; line < lines; line += 1) subject.info(record, 'placed an order');
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / lines;
}

for (const [kind, record] of Object.entries(records)) {
  const measured = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, subject] of Object.entries(subjects))
      measured.get(name)?.push(nsPerLine(subject, record));
  }
  const medians = [...measured].map(([name, all]) => [name, quantile(all, 0.5) ?? 0] as const);
  const base = medians[0]?.[1] ?? 1;
  for (const [name, ns] of medians)
    console.log(`| ${kind} | ${name} | ${ns.toFixed(0)} | ${(ns / base).toFixed(2)} |`);
}
