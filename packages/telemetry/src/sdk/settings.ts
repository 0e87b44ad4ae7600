import {
  atLeast,
  between,
  checkOptions,
  InvalidOptionError,
  integer,
  longestTimerMs,
  oneOf,
  type Rules,
} from '@ballast/resilience/primitives';
import { getStringFromEnv } from '@opentelemetry/core';

/** What this package itself reads of the environment; the SDK reads the rest of the standard variables. */
export interface TelemetrySettings {
  /** Share of traces exported whatever they hold. `OTEL_TRACES_SAMPLER_ARG` of a ratio sampler. @default 1 */
  readonly headRatio: number;
  /** A local root span this slow is always kept. `BALLAST_KEEP_SLOWER_THAN_MS`. @default 500 */
  readonly slowMs: number;
  /**
   * Spans, and log records, that may wait for export; more are dropped and counted. `OTEL_BSP_MAX_QUEUE_SIZE`.
   *
   * @default 4096
   */
  readonly maxQueue: number;
  /** `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. @default 512, or `maxQueue` if that is less */
  readonly maxBatch: number;
  /** `OTEL_BSP_SCHEDULE_DELAY`. @default 1000 */
  readonly batchDelayMs: number;
  /**
   * Whether this package's instrumentations take the place of the published ones. `BALLAST_INSTRUMENTATIONS`.
   *
   * @default 'lean'
   */
  readonly instrumentations: 'lean' | 'published';
}

/** What a standard variable is when it is not set: data shows within seconds, and no span grows without limit. */
export const defaults = {
  // Only the trace context travels: incoming baggage is not passed on to the next service.
  OTEL_PROPAGATORS: 'tracecontext',
  // A command line may hold secrets, so there is no `process`.
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host',
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express,undici,pg,ioredis,runtime-node',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  OTEL_BSP_MAX_QUEUE_SIZE: '4096',
  OTEL_BSP_SCHEDULE_DELAY: '1000',
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '32',
  // Text is encoded letter by letter, twice: whole statements cost more than the rest of their spans.
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '128',
  OTEL_SPAN_EVENT_COUNT_LIMIT: '64',
  OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2048',
} as const;

const delayMs = integer(1, longestTimerMs);

const exporters = oneOf('otlp', 'console', 'none');
const protocols = oneOf('grpc', 'http/json', 'http/protobuf');

const variableRules = {
  OTEL_TRACES_SAMPLER: oneOf(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ),
  OTEL_TRACES_EXPORTER: exporters,
  OTEL_LOGS_EXPORTER: exporters,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocols,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocols,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocols,
  OTEL_TRACES_SAMPLER_ARG: between(0, 1),
  BALLAST_KEEP_SLOWER_THAN_MS: atLeast(0),
  BALLAST_INSTRUMENTATIONS: oneOf('lean', 'published'),
  OTEL_BSP_MAX_QUEUE_SIZE: integer(1),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: integer(1),
  OTEL_BSP_SCHEDULE_DELAY: delayMs,
  OTEL_METRIC_EXPORT_INTERVAL: delayMs,
} satisfies Rules;

type Variable = keyof typeof variableRules;

/**
 * Reads the settings, and sets the standard variables that are not set to the defaults of this package, so that the SDK
 * finds them.
 *
 * @throws {InvalidOptionError} naming the variable: a typo must not export less, or more, than was asked for
 */
export function applySettings(): TelemetrySettings {
  for (const [name, value] of Object.entries(defaults)) setDefault(name, value);
  const env = readVariables();
  const maxQueue = env.number('OTEL_BSP_MAX_QUEUE_SIZE');
  const maxBatch = env.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', Math.min(512, maxQueue));
  if (maxBatch > maxQueue) {
    const expected = `<= OTEL_BSP_MAX_QUEUE_SIZE (${maxQueue})`;
    throw new InvalidOptionError('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', expected, maxBatch, { of: 'telemetry' });
  }
  const batchDelayMs = env.number('OTEL_BSP_SCHEDULE_DELAY');
  return {
    headRatio: headRatio(env.text('OTEL_TRACES_SAMPLER'), env.number('OTEL_TRACES_SAMPLER_ARG', 1)),
    slowMs: env.number('BALLAST_KEEP_SLOWER_THAN_MS', 500),
    maxQueue,
    maxBatch,
    batchDelayMs,
    instrumentations: env.text('BALLAST_INSTRUMENTATIONS', 'lean') as TelemetrySettings['instrumentations'],
  };
}

/** An empty variable counts as not set, as the specification wants it. */
function setDefault(name: string, value: string | number): void {
  process.env[name] ||= String(value);
}

function readVariables() {
  const names = Object.keys(variableRules) as Variable[];
  const values = Object.fromEntries(names.map((name) => [name, numberIfItIsOne(getStringFromEnv(name))]));
  checkOptions('telemetry', values, variableRules);
  return {
    number: (name: Variable, otherwise = Number.NaN) => (values[name] as number | undefined) ?? otherwise,
    text: (name: Variable, otherwise = '') => (values[name] as string | undefined) ?? otherwise,
  };
}

/** Leaves other text as it is, so that the error can show it. */
function numberIfItIsOne(value: string | undefined): number | string | undefined {
  return value === undefined || Number.isNaN(Number(value)) ? value : Number(value);
}

function headRatio(sampler: string, ratio: number): number {
  if (sampler.endsWith('always_off')) return 0;
  return sampler.endsWith('traceidratio') ? ratio : 1;
}
