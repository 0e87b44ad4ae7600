interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly flags?: number;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
}
interface Point {
  readonly attributes: Attributes;
  readonly count?: number | string;
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly explicitBounds?: readonly number[];
}
interface Data {
  readonly dataPoints: readonly Point[];
  readonly isMonotonic?: boolean;
  readonly aggregationTemporality?: number;
}
interface Metric {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly histogram?: Data;
  readonly sum?: Data;
  readonly gauge?: Data;
}

/** What a collector was sent, as OTLP/JSON. */
export interface Recorded {
  readonly traces: { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }[];
  readonly metrics: { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] }[];
}

export interface SpanTree {
  readonly name: string;
  readonly kind: number;
  readonly isSampled: boolean;
  readonly status: object;
  readonly attributes: Record<string, unknown>;
  readonly events: readonly object[];
  children: SpanTree[];
}
export interface Telemetry {
  readonly spans: readonly SpanTree[];
  /** What the process wrote to standard output. */
  readonly output: string;
  readonly metrics: Readonly<Record<string, MetricSeries>>;
}

/** Ports differ from run to run, and stacks from library to library. */
const differs = /(?<=127\.0\.0\.1:)\d+/g;

function plain(attributes: Attributes): Record<string, unknown> {
  const entries = attributes.map(({ key, value }) => [key, plainValue(key, value)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}

function plainValue(key: string, { stringValue, boolValue, intValue, doubleValue }: Value): unknown {
  if (key === 'exception.stacktrace') return 'a stack';
  if (key.endsWith('.port') && Number(intValue) > 10_000) return 'a port';
  return stringValue?.replaceAll(differs, 'port') ?? boolValue ?? Number(intValue ?? doubleValue);
}

/** The spans as trees: roots in the order in which they began, the others in the order of what they say. */
export function readSpans(traces: Recorded['traces']): SpanTree[] {
  const spans = traces
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap((scope) => scope.spans)
    .sort((one, other) => (BigInt(one.startTimeUnixNano) < BigInt(other.startTimeUnixNano) ? -1 : 1));
  const trees = new Map(spans.map((span) => [span.spanId, treeOf(span)]));
  const roots: SpanTree[] = [];
  for (const { spanId, parentSpanId = '' } of spans) {
    const tree = trees.get(spanId) as SpanTree;
    (trees.get(parentSpanId)?.children ?? roots).push(tree);
  }
  return roots.map(inOrder);
}

function inOrder(tree: SpanTree): SpanTree {
  const children = tree.children.map(inOrder).map((child) => [JSON.stringify(child), child] as const);
  return {
    ...tree,
    children: children.sort(([one], [other]) => one.localeCompare(other)).map(([, child]) => child),
  };
}

const sampledFlag = 1;

function treeOf({ name, kind, status, attributes, events, flags = 0 }: OtlpSpan): SpanTree {
  return {
    name,
    kind,
    isSampled: (flags & sampledFlag) !== 0,
    status: {
      code: 0,
      ...status,
      ...(status.message && { message: status.message.replaceAll(differs, 'port') }),
    },
    attributes: plain(attributes),
    events: events.map((event) => ({ name: event.name, attributes: plain(event.attributes) })),
    children: [],
  };
}

interface Series {
  readonly value: number;
  readonly bounds: readonly number[] | undefined;
}
export interface MetricSeries {
  /** More than one, where two libraries make the same metric. */
  readonly descriptions: readonly string[];
  readonly about: object;
  readonly series: Readonly<Record<string, Series>>;
}

/** The metrics of libraries and of the runtime as last exported; of histograms the counts, since durations differ. */
export function readMetrics(exports: Recorded['metrics']): Readonly<Record<string, MetricSeries>> {
  const last = exports.at(-1)?.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics) ?? [];
  const metrics = last.flatMap((scope) => scope.metrics).filter(({ name }) => /^(http|db|v8js)\./.test(name));
  const names = [...new Set(metrics.map(({ name }) => name))].sort();
  return Object.fromEntries(
    names.map((name) => [name, merge(metrics.filter((metric) => metric.name === name))]),
  );
}

function merge(metrics: readonly Metric[]): MetricSeries {
  const series: Record<string, Series> = {};
  for (const point of metrics.flatMap((metric) => dataOf(metric).dataPoints)) {
    const { 'http.route': route, ...others } = plain(point.attributes);
    // What the published list says of a mount path is looked at in the spans.
    const key = JSON.stringify(route === '/v1/nested' ? others : { ...others, route });
    const value = Number(point.count ?? point.asInt ?? point.asDouble);
    series[key] = { value: value + (series[key]?.value ?? 0), bounds: point.explicitBounds };
  }
  const descriptions = metrics.map(({ description = '' }) => description).sort();
  const { unit } = metrics[0] as Metric;
  const { isMonotonic, aggregationTemporality } = dataOf(metrics[0] as Metric);
  return { descriptions, about: { unit, isMonotonic, aggregationTemporality }, series };
}

const dataOf = ({ histogram, sum, gauge }: Metric): Data => (histogram ?? sum ?? gauge) as Data;
