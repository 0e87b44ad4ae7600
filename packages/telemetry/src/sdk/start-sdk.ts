import { hostname } from 'node:os';
import { context, logs, metrics, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { traceHttpServer } from '../instrumentation/http-server.ts';
import { traceRedis } from '../instrumentation/redis.ts';
import { observeRuntime } from '../instrumentation/runtime.ts';
import { traceUndici } from '../instrumentation/undici.ts';
import { createLogger } from '../logs/logger.ts';
import { createMetricExporter } from '../metrics/metric-exporter.ts';
import { AsyncContext } from '../traces/async-context.ts';
import { KeepRemarkable } from '../traces/keep-remarkable.ts';
import { RecordAllSampler } from '../traces/sampling.ts';
import { reportExportProblems } from './export-problems.ts';
import { readSettings, type TelemetrySettings } from './settings.ts';
import { onTelemetryShutdown } from './shutdown.ts';

/** Starts traces, metrics and logs over OTLP/HTTP. Call it once per process, before anything that is to be observed. */
export function startSdk(): void {
  const settings = readSettings();
  const resource = describeProcess();
  // Made before an SDK is registered: a line about a failing export must not be exported itself.
  const logger = createLogger({ service: String(resource.attributes['service.name']), level: 'warn' });
  reportExportProblems(logger);
  const meters = startMetrics(settings, resource);
  const tracers = startTraces(settings, resource, meters);
  const loggers = startLogs(settings, resource, meters);
  onTelemetryShutdown(() => Promise.all([tracers.shutdown(), loggers.shutdown(), meters.shutdown()]));
  observeRuntime();
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`; the host's name distinguishes the replicas of a service. */
function describeProcess(): Resource {
  return defaultResource()
    .merge(resourceFromAttributes({ 'service.instance.id': hostname() }))
    .merge(detectResources({ detectors: [envDetector] }));
}

function startMetrics({ metricIntervalMs }: TelemetrySettings, resource: Resource): MeterProvider {
  const exporter = createMetricExporter();
  const exportTimeoutMillis = metricIntervalMs;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis,
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return provider;
}

function startTraces(
  settings: TelemetrySettings,
  resource: Resource,
  selfObsMeterProvider: MeterProvider,
): TracerProvider {
  const batches = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ selfObsMeterProvider }),
    maxQueueSize: settings.maxQueue,
    maxExportBatchSize: settings.maxBatch,
    scheduledDelayMillis: settings.batchDelayMs,
    selfObsMeterProvider,
  });
  const provider = new TracerProvider({
    resource,
    sampler: new RecordAllSampler(settings.headRatio),
    spanProcessors: [new KeepRemarkable(batches, settings)],
    spanLimits: { attributeCountLimit: 32, attributeValueLengthLimit: 512, eventCountLimit: 64 },
  });
  const contexts = new AsyncContext();
  context.setGlobalContextManager(contexts);
  // Only the trace context travels: incoming baggage is not passed on to the next service.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  traceHttpServer(contexts);
  traceUndici();
  traceRedis();
  return provider;
}

function startLogs(
  settings: TelemetrySettings,
  resource: Resource,
  selfObsMeterProvider: MeterProvider,
): LoggerProvider {
  const batches = new BatchLogRecordProcessor({
    exporter: new OTLPLogExporter({ selfObsMeterProvider }),
    maxQueueSize: settings.maxQueue,
    maxExportBatchSize: settings.maxBatch,
    scheduledDelayMillis: settings.batchDelayMs,
    selfObsMeterProvider,
  });
  const provider = new LoggerProvider({
    resource,
    processors: [batches],
    logRecordLimits: { attributeValueLengthLimit: 2048 },
  });
  logs.setGlobalLoggerProvider(provider);
  return provider;
}
