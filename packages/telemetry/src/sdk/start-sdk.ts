import { hostname } from 'node:os';
import { metrics } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, InstrumentType, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { instrumentations } from '../instrumentation/list.ts';
import { createLogger } from '../logs/logger.ts';
import { keepRemarkable } from '../traces/keep-remarkable.ts';
import { recordAll } from '../traces/sampling.ts';
import { reportExportProblems } from './export-problems.ts';
import { LateProcessor } from './late-processor.ts';
import { applySettings, type TelemetrySettings } from './settings.ts';
import { onTelemetryShutdown } from './shutdown.ts';
import { createSpanExporter } from './span-exporter.ts';

const views: ViewOptions[] = [
  // The SDK would count each span twice more, which costs as much as a tenth of the span.
  { instrumentName: 'otel.sdk.span.started', aggregation: { type: AggregationType.DROP } },
  { instrumentName: 'otel.sdk.span.live', aggregation: { type: AggregationType.DROP } },
  // One series in place of fifteen, for each dependency, outcome and source: a native histogram in Prometheus.
  {
    instrumentName: 'resilience.*',
    instrumentType: InstrumentType.HISTOGRAM,
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  },
];

/**
 * Starts NodeSDK as the standard variables describe it, with the instrumentations of this package and with sampling
 * that keeps what turns out remarkable. Call it once per process, before the modules that are to be observed.
 */
export async function startSdk(): Promise<void> {
  const settings = applySettings();
  // Made before an SDK is registered: a line about a failing export must not be exported itself.
  reportExportProblems(
    createLogger({ service: process.env.OTEL_SERVICE_NAME || 'unknown_service', level: 'warn' }),
  );
  const sdk = new NodeSDK({
    // The host's name distinguishes the replicas of a service; a random id would make new series at each start.
    resource: defaultResource().merge(resourceFromAttributes({ 'service.instance.id': hostname() })),
    sampler: recordAll({ ratio: settings.headRatio }),
    spanProcessors: spanProcessors(settings),
    views,
    instrumentations: await instrumentations(settings.instrumentations),
  });
  sdk.start();
  onTelemetryShutdown(() => sdk.shutdown());
}

function spanProcessors(settings: TelemetrySettings): SpanProcessor[] {
  const exporter = createSpanExporter();
  if (!exporter) return [];
  const batches = new LateProcessor(
    () =>
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: settings.maxQueue,
        maxExportBatchSize: settings.maxBatch,
        scheduledDelayMillis: settings.batchDelayMs,
        selfObsMeterProvider: metrics.getMeterProvider(),
      }),
  );
  return [keepRemarkable(batches, { slowMs: settings.slowMs })];
}
