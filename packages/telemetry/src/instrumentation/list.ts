import { createRequire, syncBuiltinESMExports } from 'node:module';
import { getStringListFromEnv } from '@opentelemetry/core';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { LeanHttpServer } from './http-server.ts';
import { LeanPostgres } from './postgres.ts';
import { isExport } from './privacy.ts';
import { ProcessMetrics } from './process.ts';
import { LeanRedis } from './redis.ts';
import { LeanUndici } from './undici.ts';

/**
 * Ours, under the names of the published ones whose place they take: `test/parity.test.ts` sends the same requests
 * through both lists and compares what comes out. The one of http reads the route that express would tell.
 */
const lean: Readonly<Record<string, () => Instrumentation[]>> = {
  http: () => [new LeanHttpServer()],
  express: () => [],
  undici: () => [new LeanUndici()],
  pg: () => [new LeanPostgres()],
  ioredis: () => [new LeanRedis()],
};

/**
 * The instrumentations of this process, by the standard variables `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and
 * `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. Loads only what is on: the package that holds all 39 when it is needed.
 */
export async function instrumentations(use: 'lean' | 'published'): Promise<Instrumentation[]> {
  const disabled = getStringListFromEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? [];
  const names = getStringListFromEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS') ?? [];
  const wanted = names.filter((name) => !disabled.includes(name));
  const ours = use === 'lean' ? wanted.filter((name) => lean[name]) : [];
  const rest = wanted.filter((name) => !ours.includes(name));
  return [
    new ProcessMetrics(),
    ...ours.flatMap((name) => lean[name]?.() ?? []),
    ...(ours.includes('http') ? await nodeClient() : []),
    ...(await published(rest, ours)),
  ];
}

async function published(names: readonly string[], taken: readonly string[]): Promise<Instrumentation[]> {
  if (names.every((name) => name === 'runtime-node')) return names.length > 0 ? runtime() : [];
  const { publishedInstrumentations } = await import('./published.ts');
  return publishedInstrumentations(taken);
}

async function runtime(): Promise<Instrumentation[]> {
  const { RuntimeNodeInstrumentation } = await import('@opentelemetry/instrumentation-runtime-node');
  return [new RuntimeNodeInstrumentation()];
}

/** Requests of Node's own client, for which there is no lean one: our services use undici. */
async function nodeClient(): Promise<Instrumentation[]> {
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
  const client = new HttpInstrumentation({
    disableIncomingRequestInstrumentation: true,
    requireParentforOutgoingSpans: true,
    ignoreOutgoingRequestHook: ({ path }) => isExport(path),
  });
  // It wraps what `require` returns; ES modules import a copy, which is renewed here.
  createRequire(import.meta.url)('node:http');
  createRequire(import.meta.url)('node:https');
  syncBuiltinESMExports();
  return [client];
}
