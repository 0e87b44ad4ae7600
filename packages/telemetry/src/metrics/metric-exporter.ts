import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { metricsSerializer } from './metrics-serializer.ts';

/** The SDK's OTLP/HTTP metric exporter with the serializer of this package in it, which adds exemplars. */
export function createMetricExporter(): OTLPMetricExporterBase {
  const options = convertLegacyHttpOptions({}, 'METRICS', 'v1/metrics', {
    'Content-Type': 'application/json',
  });
  return new OTLPMetricExporterBase(
    createOtlpHttpExportDelegate(
      options,
      metricsSerializer,
      'otlp_http_metric_exporter',
      MetricsExporterMetricsHelper,
      undefined,
    ),
  );
}
