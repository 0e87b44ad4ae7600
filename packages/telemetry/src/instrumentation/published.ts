import { register } from 'node:module';
import { type Attributes, context } from '@opentelemetry/api';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { resendCountOf } from '../traces/resend-count.ts';
import { isExport, isQuiet, withoutQuery } from './privacy.ts';
import type { UndiciRequest } from './undici.ts';

type Configs = NonNullable<Parameters<typeof getNodeAutoInstrumentations>[0]>;
type Name = keyof Configs;

/** What the published ones are told: no queries, no keys, no spans of health checks, no client span without a trace. */
const configs: Configs = {
  '@opentelemetry/instrumentation-http': {
    ignoreIncomingRequestHook: ({ url }) => isQuiet(url),
    startIncomingSpanHook: () => ({ 'url.query': undefined }),
    ignoreOutgoingRequestHook: ({ path }) => isExport(path),
    requireParentforOutgoingSpans: true,
  },
  '@opentelemetry/instrumentation-undici': {
    requireParentforSpans: true,
    startSpanHook: (request) => describeAgain(request as unknown as UndiciRequest),
  },
  '@opentelemetry/instrumentation-pg': { requireParentSpan: true, ignoreConnectSpans: true },
  '@opentelemetry/instrumentation-ioredis': { dbStatementSerializer: (command) => command },
  // Only the route is wanted: a span per middleware says little and costs more than the rest of the request.
  '@opentelemetry/instrumentation-express': {
    ignoreLayersType: ['middleware', 'router', 'request_handler'] as never,
  },
};

function describeAgain({ origin, path }: UndiciRequest): Attributes {
  return {
    'url.full': new URL(withoutQuery(path), origin).href,
    'url.query': '',
    'http.request.resend_count': resendCountOf(context.active()),
  };
}

/**
 * `getNodeAutoInstrumentations` without those whose place is `taken`. They wrap modules when these are loaded; for ES
 * modules that needs a loader hook, which sees only the modules that they name.
 */
export function publishedInstrumentations(taken: readonly string[]): Instrumentation[] {
  const left = Object.fromEntries(
    taken.map((name) => [`@opentelemetry/instrumentation-${name}` as Name, { enabled: false }]),
  );
  const list = getNodeAutoInstrumentations({ ...configs, ...left });
  const include = list.flatMap((each) => modulesOf(each));
  if (include.length > 0)
    register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include } });
  return list;
}

function modulesOf(instrumentation: Instrumentation): string[] {
  const { getModuleDefinitions } = instrumentation as {
    getModuleDefinitions?: () => { readonly name: string }[];
  };
  return getModuleDefinitions?.call(instrumentation).map(({ name }) => name) ?? [];
}
