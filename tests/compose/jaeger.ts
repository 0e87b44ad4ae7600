import { eventually } from '@ballast/resilience/testing';
import { everyMs, urls } from './stack.ts';

interface JaegerTrace {
  spans: {
    readonly operationName: string;
    readonly processID: string;
    readonly tags: { key: string; value: unknown }[];
    readonly logs: { fields: { key: string; value: unknown }[] }[];
  }[];
  readonly processes: Record<string, { serviceName: string }>;
}

export interface Trace {
  /** As `service operation`. */
  readonly operations: string[];
  /** The databases that were asked, as `service → postgresql`. */
  readonly databases: string[];
  /** Decisions recorded on spans, as `resilience.fallback`, with their attributes. */
  readonly decisions: Record<string, unknown>[];
}

/** The trace with this id, once `isComplete` says so: the spans of several processes arrive at different times. */
export function traceOf(traceId: string, isComplete: (trace: Trace) => boolean): Promise<Trace> {
  const lookUp = async () => {
    const response = await fetch(`${urls.jaeger}/api/traces/${traceId}`);
    if (!response.ok) throw new Error(`Jaeger answered ${response.status}`);
    const { data } = (await response.json()) as { data: JaegerTrace[] };
    const trace = read(data[0] as JaegerTrace);
    if (!isComplete(trace)) throw new Error(`only ${JSON.stringify(trace)}`);
    return trace;
  };
  return eventually(`trace ${traceId} is complete in Jaeger`, lookUp, { withinMs: 40_000, everyMs });
}

function read({ spans, processes }: JaegerTrace): Trace {
  const serviceOf = (processID: string) => processes[processID]?.serviceName ?? '';
  return {
    operations: spans.map((span) => `${serviceOf(span.processID)} ${span.operationName}`),
    databases: spans.flatMap((span) =>
      span.tags
        .filter(({ key }) => key === 'db.system.name')
        .map(({ value }) => `${serviceOf(span.processID)} → ${value}`),
    ),
    decisions: spans.flatMap((span) =>
      span.logs.map(({ fields }) => Object.fromEntries(fields.map(({ key, value }) => [key, value]))),
    ),
  };
}

/** The decisions on spans of the newest degraded orders of a service. */
export async function decisionsSince(service: string, lookback: string): Promise<Trace['decisions']> {
  const tags = '{"resilience.degraded":"true"}';
  const parameters = new URLSearchParams({ service, tags, lookback, limit: '50' });
  const response = await fetch(`${urls.jaeger}/api/traces?${parameters}`);
  const { data } = (await response.json()) as { data: JaegerTrace[] };
  return data.flatMap((trace) => read(trace).decisions);
}

/** Request rates per service as Jaeger's Monitor tab shows them. */
export async function monitoredCallRate(service: string): Promise<number> {
  const parameters = new URLSearchParams({ service, lookback: '300000', step: '5000', ratePer: '60000' });
  const response = await fetch(`${urls.jaeger}/api/metrics/calls?${parameters}`);
  const { metrics } = (await response.json()) as {
    readonly metrics: { metricPoints: { gaugeValue: { doubleValue: number } }[] }[];
  };
  return metrics[0]?.metricPoints.at(-1)?.gaugeValue.doubleValue ?? 0;
}
