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

/** How telemetry is exported: standard OpenTelemetry variables, with defaults that show data within seconds. */
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
  /** `OTEL_METRIC_EXPORT_INTERVAL`. @default 5000 */
  readonly metricIntervalMs: number;
}

const delayMs = integer(1, longestTimerMs);

const variableRules = {
  OTEL_TRACES_SAMPLER: oneOf(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ),
  OTEL_TRACES_SAMPLER_ARG: between(0, 1),
  BALLAST_KEEP_SLOWER_THAN_MS: atLeast(0),
  OTEL_BSP_MAX_QUEUE_SIZE: integer(1),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: integer(1),
  OTEL_BSP_SCHEDULE_DELAY: delayMs,
  OTEL_METRIC_EXPORT_INTERVAL: delayMs,
} satisfies Rules;

type Variable = keyof typeof variableRules;

/** @throws {InvalidOptionError} naming the variable: a typo must not export less, or more, than was asked for */
export function readSettings(): TelemetrySettings {
  const env = readVariables();
  const maxQueue = env.number('OTEL_BSP_MAX_QUEUE_SIZE') ?? 4096;
  const maxBatch = env.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? Math.min(512, maxQueue);
  if (maxBatch > maxQueue) {
    const expected = `<= OTEL_BSP_MAX_QUEUE_SIZE (${maxQueue})`;
    throw new InvalidOptionError('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', expected, maxBatch, { of: 'telemetry' });
  }
  return {
    headRatio: headRatio(env.text('OTEL_TRACES_SAMPLER'), env.number('OTEL_TRACES_SAMPLER_ARG')),
    slowMs: env.number('BALLAST_KEEP_SLOWER_THAN_MS') ?? 500,
    maxQueue,
    maxBatch,
    batchDelayMs: env.number('OTEL_BSP_SCHEDULE_DELAY') ?? 1000,
    metricIntervalMs: env.number('OTEL_METRIC_EXPORT_INTERVAL') ?? 5000,
  };
}

function readVariables() {
  const names = Object.keys(variableRules) as Variable[];
  const values = Object.fromEntries(names.map((name) => [name, numberIfItIsOne(getStringFromEnv(name))]));
  checkOptions('telemetry', values, variableRules);
  return {
    number: (name: Variable) => values[name] as number | undefined,
    text: (name: Variable) => values[name] as string | undefined,
  };
}

/** Leaves other text as it is, so that the error can show it. */
function numberIfItIsOne(value: string | undefined): number | string | undefined {
  return value === undefined || Number.isNaN(Number(value)) ? value : Number(value);
}

function headRatio(sampler = 'parentbased_always_on', ratio = 1): number {
  if (sampler.endsWith('always_off')) return 0;
  return sampler.endsWith('traceidratio') ? ratio : 1;
}
