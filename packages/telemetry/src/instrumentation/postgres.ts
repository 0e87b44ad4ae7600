import { checkArgument, withMethods } from '@ballast/resilience/primitives';
import { context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { hasSdk, tracer } from '../scope.ts';
import { markFailed } from '../traces/failed-span.ts';
import { rememberResults } from './remember-results.ts';

/** The part of a pg pool this needs. */
export interface ObservablePool {
  on(event: 'connect', listener: (client: never) => void): unknown;
}

type Query = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Makes a client span per query inside a trace, on every connection of this pool. pg publishes no diagnostics channel,
 * and this is cheaper than patching the module, which would need import hooks in the process.
 *
 * @throws {InvalidOptionError} for anything but a pool
 */
export function observePool<P extends ObservablePool>(pool: P): P {
  checkArgument('observePool', 'pool', pool, withMethods('a pg pool', 'on'));
  if (hasSdk()) {
    const queryTracer = tracer();
    pool.on('connect', (client: { query: Query }) => {
      client.query = traced(client.query, queryTracer);
    });
  }
  return pool;
}

function traced(query: Query, queryTracer: Tracer): Query {
  return function tracedQuery(...args) {
    const active = context.active();
    const text = textOf(args[0]);
    if (!text || !trace.getSpan(active)) return query.apply(this, args);
    const attributes = describe(text);
    const span = queryTracer.startSpan(
      attributes['db.query.summary'],
      { kind: SpanKind.CLIENT, attributes },
      active,
    );
    return endWith(span, () => query.apply(this, withCallback(args, span)));
  };
}

/** pg returns a promise, unless the last argument is a callback: then it returns nothing. */
function endWith(span: Span, run: () => unknown): unknown {
  const result = run();
  if (result instanceof Promise) {
    result.then(
      () => span.end(),
      (error: unknown) => fail(span, error),
    );
  }
  return result;
}

function withCallback(args: unknown[], span: Span): unknown[] {
  const callback = args.at(-1);
  if (typeof callback !== 'function') return args;
  const endAndCall = (error: unknown, ...rest: unknown[]) => {
    if (error) fail(span, error);
    else span.end();
    callback(error, ...rest);
  };
  return [...args.slice(0, -1), endAndCall];
}

function fail(span: Span, error: unknown): void {
  markFailed(span, error);
  span.end();
}

/** Only statement texts are recorded; values are parameters and stay out of the span. */
function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  const { text, submit } = (query ?? {}) as { text?: unknown; submit?: unknown };
  // Cursors and streams submit themselves and end at a time that cannot be seen from here, so they get no span.
  return typeof text === 'string' && typeof submit !== 'function' ? text : undefined;
}

const maxTextChars = 300;
const maxSummaries = 500;

function describe(text: string) {
  return {
    'db.system.name': 'postgresql',
    'db.query.summary': summaryOf(text),
    'db.query.text': text.length > maxTextChars ? `${text.slice(0, maxTextChars)}…` : text,
  };
}

/** Gives e.g. `INSERT orders`: few distinct names for many statements (semantic conventions, database spans). */
const summaryOf = rememberResults(maxSummaries, (text) => {
  const [operation = 'QUERY'] = /^\s*\w+/.exec(text)?.[0].trim().toUpperCase().split(' ') ?? [];
  const target = /\b(?:from|into|update|table)\s+"?([\w.]+)/i.exec(text)?.[1];
  return target ? `${operation} ${target}` : operation;
});
