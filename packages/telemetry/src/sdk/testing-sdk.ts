import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
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

  /** The newest value of each series of a metric. */
  async function seriesOf(name: string) {
    await reader.forceFlush();
    const exported =
      points
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    return exported
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));
  }
  return { spans, seriesOf };
}
