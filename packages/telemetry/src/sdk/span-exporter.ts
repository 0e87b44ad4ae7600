import { getStringFromEnv } from '@opentelemetry/core';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace';

/**
 * The exporter that `OTEL_TRACES_EXPORTER` and `OTEL_EXPORTER_OTLP_PROTOCOL` ask for. NodeSDK makes one itself only
 * when it also makes the processors, and sampling needs to be in front of them.
 */
export function createSpanExporter(): SpanExporter | undefined {
  const name = getStringFromEnv('OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (name === 'none') return undefined;
  if (name === 'console') return new ConsoleSpanExporter();
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') return new GrpcExporter();
  return protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
}
