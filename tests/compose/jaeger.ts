import { eventually } from '@ballast/resilience/testing';
import { everyMs, urls } from './stack.ts';

interface JaegerTrace {
  spans: {
    operationName: string;
    processID: string;
    tags: { key: string; value: unknown }[];
    logs: { fields: { key: string; value: unknown }[] }[];
  }[];
  processes: Record<string, { serviceName: string }>;
}

export interface Trace {
  /** As `service operation`. */
  operations: string[];
  /** Names of databases spoken to, as `service → postgresql`. */
  databases: string[];
  /** Decisions written on spans, as `resilience.fallback`, with their attributes. */
  decisions: Record<string, unknown>[];
}

/** The trace with this id, once it holds what `isComplete` asks for: spans of several processes arrive apart. */
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

/** Request rates per service as Jaeger's Monitor tab shows them. */
export async function monitoredCallRate(service: string): Promise<number> {
  const parameters = new URLSearchParams({ service, lookback: '300000', step: '5000', ratePer: '60000' });
  const response = await fetch(`${urls.jaeger}/api/metrics/calls?${parameters}`);
  const { metrics } = (await response.json()) as {
    metrics: { metricPoints: { gaugeValue: { doubleValue: number } }[] }[];
  };
  return metrics[0]?.metricPoints.at(-1)?.gaugeValue.doubleValue ?? 0;
}
