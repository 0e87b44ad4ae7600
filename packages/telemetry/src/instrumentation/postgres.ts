import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { hasSdk } from '../scope.ts';

/** The part of a pg pool this needs. */
export interface ObservablePool {
  on(event: 'connect', listener: (client: never) => void): unknown;
}

type Query = (this: unknown, ...args: unknown[]) => unknown;
type PostgresError = Error & { code?: string };

/**
 * A client span per query made inside a trace, on every connection of this pool. pg publishes no diagnostics
 * channel, and this is cheaper than patching the module: it spares the import hooks of the process.
 */
export function observePool<P extends ObservablePool>(pool: P): P {
  if (hasSdk()) {
    const tracer = trace.getTracer('@ballast/telemetry');
    pool.on('connect', (client: { query: Query }) => {
      client.query = traced(client.query, tracer);
    });
  }
  return pool;
}

function traced(query: Query, tracer: Tracer): Query {
  return function tracedQuery(...args) {
    const active = context.active();
    const text = textOf(args[0]);
    if (!text || !trace.getSpan(active)) return query.apply(this, args);
    const attributes = describe(text);
    const span = tracer.startSpan(
      attributes['db.query.summary'],
      { kind: SpanKind.CLIENT, attributes },
      active,
    );
    return endWith(span, () => query.apply(this, withCallback(args, span)));
  };
}

/** pg answers with a promise, unless the last argument is a callback: then it returns nothing. */
function endWith(span: Span, run: () => unknown): unknown {
  const result = run();
  if (result instanceof Promise) {
    result.then(
      () => span.end(),
      (error: PostgresError) => fail(span, error),
    );
  }
  return result;
}

function withCallback(args: unknown[], span: Span): unknown[] {
  const callback = args.at(-1);
  if (typeof callback !== 'function') return args;
  const endAndCall = (error: PostgresError | null, ...rest: unknown[]) => {
    if (error) fail(span, error);
    else span.end();
    callback(error, ...rest);
  };
  return [...args.slice(0, -1), endAndCall];
}

function fail(span: Span, error: PostgresError): void {
  span.setAttribute('error.type', error.code ?? error.name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.end();
}

/** Only statement texts are recorded; values travel apart from them, as parameters. */
function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  const { text, submit } = (query ?? {}) as { text?: unknown; submit?: unknown };
  // Cursors and streams submit themselves and end when they please: no span would know when.
  return typeof text === 'string' && typeof submit !== 'function' ? text : undefined;
}

const maxTextChars = 300;
const maxSummaries = 500;
const summaries = new Map<string, string>();

function describe(text: string) {
  return {
    'db.system.name': 'postgresql',
    'db.query.summary': summaryOf(text),
    'db.query.text': text.length > maxTextChars ? `${text.slice(0, maxTextChars)}…` : text,
  };
}

/** `INSERT orders`: few distinct names however the statement is worded (semantic conventions, database spans). */
function summaryOf(text: string): string {
  const known = summaries.get(text);
  if (known) return known;
  const [operation = 'QUERY'] = /^\s*\w+/.exec(text)?.[0].trim().toUpperCase().split(' ') ?? [];
  const target = /\b(?:from|into|update|table)\s+"?([\w.]+)/i.exec(text)?.[1];
  const summary = target ? `${operation} ${target}` : operation;
  if (summaries.size < maxSummaries) summaries.set(text, summary);
  return summary;
}
