import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';

/** How telemetry is exported: standard OpenTelemetry variables, with defaults that show data within seconds. */
export interface TelemetrySettings {
  /** Share of traces exported whatever they hold. `OTEL_TRACES_SAMPLER_ARG` of a ratio sampler. @default 1 */
  headRatio: number;
  /** A local root span this slow is always kept. `BALLAST_KEEP_SLOWER_THAN_MS`. @default 500 */
  slowMs: number;
  /** Spans, and log records, waiting for export; more are dropped and counted. `OTEL_BSP_MAX_QUEUE_SIZE`. @default 4096 */
  maxQueue: number;
  /** `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. @default 512 */
  maxBatch: number;
  /** `OTEL_BSP_SCHEDULE_DELAY`. @default 1000 */
  batchDelayMs: number;
  /** `OTEL_METRIC_EXPORT_INTERVAL`. @default 5000 */
  metricIntervalMs: number;
}

export function readSettings(): TelemetrySettings {
  return {
    headRatio: headRatio(getStringFromEnv('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'),
    slowMs: getNumberFromEnv('BALLAST_KEEP_SLOWER_THAN_MS') ?? 500,
    maxQueue: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE') ?? 4096,
    maxBatch: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 512,
    batchDelayMs: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY') ?? 1000,
    metricIntervalMs: getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 5000,
  };
}

function headRatio(sampler: string): number {
  if (sampler.endsWith('always_off')) return 0;
  if (sampler.endsWith('traceidratio')) return getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  return 1;
}
