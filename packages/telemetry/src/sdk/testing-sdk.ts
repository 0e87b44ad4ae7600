import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { keepRemarkable } from '../traces/keep-remarkable.ts';
import { recordAll } from '../traces/sampling.ts';

/** An SDK that exports into memory, for tests: once per test file, since instruments are created once per process. */
export function startTestingSdk() {
  const spans = new InMemorySpanExporter();
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  const keep = keepRemarkable(new SimpleSpanProcessor({ exporter: spans }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: recordAll(), spanProcessors: [keep] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

  async function exported() {
    await reader.forceFlush();
    const newest = points.getMetrics().at(-1);
    return newest?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  }

  /** The newest value of each series of a metric. */
  async function seriesOf(name: string) {
    return (await exported())
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
  }

  /** What the metrics with this prefix are, with every attribute that one of their series has. */
  async function descriptorsOf(prefix: string) {
    return (await exported())
      .filter(({ descriptor }) => descriptor.name.startsWith(prefix))
      .map(({ descriptor: { name, unit, description }, dataPoints, ...metric }) => ({
        name,
        unit,
        description,
        instrument: instrumentOf(metric),
        attributes: [...new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes)))].sort(),
      }));
  }
  return { spans, seriesOf, descriptorsOf };
}

function instrumentOf(metric: { dataPointType: DataPointType; isMonotonic?: boolean }): string {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'counter';
}
