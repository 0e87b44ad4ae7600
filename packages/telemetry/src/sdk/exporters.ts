import { getStringFromEnv } from '@opentelemetry/core';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as GrpcSpanExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonSpanExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufSpanExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleLogRecordExporter, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';

/** By the standard variables: NodeSDK makes exporters itself only when it also makes what stands in front of them. */
export function createSpanExporter(): SpanExporter | undefined {
  return exporterOf<SpanExporter>('TRACES', {
    console: () => new ConsoleSpanExporter(),
    grpc: () => new GrpcSpanExporter(),
    'http/json': () => new JsonSpanExporter(),
    'http/protobuf': () => new ProtobufSpanExporter(),
  });
}

export function createLogExporter(): LogRecordExporter | undefined {
  return exporterOf<LogRecordExporter>('LOGS', {
    console: () => new ConsoleLogRecordExporter(),
    grpc: () => new GrpcLogExporter(),
    'http/json': () => new JsonLogExporter(),
    'http/protobuf': () => new ProtobufLogExporter(),
  });
}

type Kind = 'console' | 'grpc' | 'http/json' | 'http/protobuf';

function exporterOf<T>(signal: string, make: Readonly<Record<Kind, () => T>>): T | undefined {
  const name = getStringFromEnv(`OTEL_${signal}_EXPORTER`) ?? 'otlp';
  if (name === 'none') return undefined;
  if (name === 'console') return make.console();
  const protocol =
    getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ??
    getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  return make[(protocol ?? 'http/protobuf') as Kind]();
}
