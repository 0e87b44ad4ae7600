import type { Attributes } from '@opentelemetry/api';
import { type ISerializer, JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type Exemplar, takeExemplars } from './exemplar-histogram.ts';

interface OtlpDataPoint {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  exemplars?: object[];
}
interface OtlpMetric {
  readonly name: string;
  readonly histogram?: { readonly dataPoints: readonly OtlpDataPoint[] };
}
interface OtlpRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
}

/**
 * OTLP/JSON with exemplars added to the histograms that gathered some. It is JSON because exemplars can be added to a
 * JSON document and not to protobuf bytes; one export of a few kilobytes every five seconds costs next to nothing.
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
