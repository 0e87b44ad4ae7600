import { hostname } from 'node:os';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, InstrumentType, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { instrumentations } from '../instrumentation/list.ts';
import { createLogger } from '../logs/logger.ts';
import { keepRemarkable } from '../traces/keep-remarkable.ts';
import { recordAll } from '../traces/sampling.ts';
import { logBatches, spanBatches } from './batches.ts';
import { reportExportProblems } from './export-problems.ts';
import { applySettings } from './settings.ts';
import { onTelemetryShutdown } from './shutdown.ts';

/** One series in place of fifteen, for each dependency, outcome and source: a native histogram in Prometheus. */
const views: ViewOptions[] = [
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
  const spans = spanBatches(settings);
  const logs = logBatches(settings);
  const sdk = new NodeSDK({
    // The host's name distinguishes the replicas of a service; a random id would make new series at each start.
    resource: defaultResource().merge(resourceFromAttributes({ 'service.instance.id': hostname() })),
    sampler: recordAll({ ratio: settings.headRatio }),
    spanProcessors: spans ? [keepRemarkable(spans, { slowMs: settings.slowMs })] : [],
    logRecordProcessors: logs ? [logs] : [],
    views,
    instrumentations: await instrumentations(settings.instrumentations),
  });
  sdk.start();
  onTelemetryShutdown(() => sdk.shutdown());
}
