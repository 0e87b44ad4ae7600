import type { Attributes } from '@opentelemetry/api';
import { type ISerializer, JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Exemplar, takeExemplars } from './exemplar-histogram.ts';

interface OtlpDataPoint {
  attributes: { key: string; value: Record<string, unknown> }[];
  exemplars?: object[];
}
interface OtlpMetric {
  name: string;
  histogram?: { dataPoints: OtlpDataPoint[] };
}
interface OtlpRequest {
  resourceMetrics: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
}

/**
 * OTLP/JSON with exemplars added to the histograms that gathered some. JSON because a document can be amended where
 * protobuf bytes can't; at one export of a few kilobytes each five seconds the encoding costs nothing.
 */
export const metricsSerializer: ISerializer<
  ResourceMetrics,
  ReturnType<typeof JsonMetricsSerializer.deserializeResponse>
> = {
  serializeRequest(metrics) {
    const bytes = JsonMetricsSerializer.serializeRequest(metrics);
    if (!bytes) return bytes;
    const request: OtlpRequest = JSON.parse(new TextDecoder().decode(bytes));
    addExemplars(request);
    return new TextEncoder().encode(JSON.stringify(request));
  },
  deserializeResponse: JsonMetricsSerializer.deserializeResponse,
};

function addExemplars({ resourceMetrics }: OtlpRequest): void {
  const metrics = resourceMetrics.flatMap((resource) =>
    resource.scopeMetrics.flatMap((scope) => scope.metrics),
  );
  for (const { name, histogram } of metrics) {
    for (const point of histogram?.dataPoints ?? []) {
      point.exemplars = takeExemplars(name, attributesOf(point)).map(toOtlp);
    }
  }
}

function attributesOf(point: OtlpDataPoint): Attributes {
  return Object.fromEntries(
    point.attributes.map(({ key, value: { stringValue, boolValue, intValue, doubleValue } }) => [
      key,
      (stringValue ?? boolValue ?? Number(intValue ?? doubleValue)) as string | boolean | number,
    ]),
  );
}

function toOtlp({ value, atMs, traceId, spanId }: Exemplar): object {
  return { timeUnixNano: `${atMs}000000`, asDouble: value, traceId, spanId };
}
