import { metrics } from '@opentelemetry/api';
import { BatchLogRecordProcessor, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { createLogExporter, createSpanExporter } from './exporters.ts';

/** How spans and log records wait for their export. */
export interface BatchSettings {
  readonly maxQueue: number;
  readonly maxBatch: number;
  readonly batchDelayMs: number;
}

interface Batches {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** The processor that collects spans for the exporter; none when spans are not exported. */
export function spanBatches(settings: BatchSettings): SpanProcessor | undefined {
  const exporter = createSpanExporter();
  if (!exporter) return undefined;
  const { batches, stopping } = late(() => new BatchSpanProcessor({ exporter, ...optionsOf(settings) }));
  return { onStart: () => {}, onEnd: (span) => batches().onEnd(span), ...stopping };
}

/** The same for log records. */
export function logBatches(settings: BatchSettings): LogRecordProcessor | undefined {
  const exporter = createLogExporter();
  if (!exporter) return undefined;
  const { batches, stopping } = late(() => new BatchLogRecordProcessor({ exporter, ...optionsOf(settings) }));
  return { onEmit: (record) => batches().onEmit(record), ...stopping };
}

/**
 * Batches are made when they are needed first. They count what they drop on the meters of the SDK, and NodeSDK is given
 * its processors before it has those. It can count by itself, but then it also counts each span three times.
 */
function late<T extends Batches>(make: () => T): { batches: () => T; stopping: Batches } {
  let made: T | undefined;
  const batches = () => {
    made ??= make();
    return made;
  };
  const stopping = {
    forceFlush: async () => made?.forceFlush(),
    shutdown: async () => made?.shutdown(),
  };
  return { batches, stopping };
}

function optionsOf({ maxQueue, maxBatch, batchDelayMs }: BatchSettings) {
  return {
    maxQueueSize: maxQueue,
    maxExportBatchSize: maxBatch,
    scheduledDelayMillis: batchDelayMs,
    selfObsMeterProvider: metrics.getMeterProvider(),
  };
}
