import { context, metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { AsyncContext } from '../traces/async-context.ts';
import { KeepRemarkable } from '../traces/keep-remarkable.ts';
import { RecordAllSampler } from '../traces/sampling.ts';

/** An SDK that exports into memory, for tests: once per test file, since instruments are created once per process. */
export function startTestingSdk() {
  const spans = new InMemorySpanExporter();
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  const keep = new KeepRemarkable(new SimpleSpanProcessor({ exporter: spans }), { slowMs: 500 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler: new RecordAllSampler(1), spanProcessors: [keep] }),
  );
  context.setGlobalContextManager(new AsyncContext());

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
