import {
  type Attributes,
  type Histogram,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
  isWrapped,
} from '@opentelemetry/instrumentation';
import { durationHistogram, secondsSince } from './durations.ts';
import { countConnections, type Pool } from './postgres-pool.ts';
import {
  operationOf,
  type PgError,
  type Statement,
  statementOf,
  withCallback,
} from './postgres-statement.ts';

type Query = (this: Client, ...args: unknown[]) => unknown;
interface Client {
  readonly database: string;
  readonly connectionParameters: { readonly host: string; readonly port: number; readonly database: string };
}
type Constructor = { readonly prototype: object };

const clientVersions = ['>=8.0.3 <9'];
const poolVersions = ['>=2.0.0 <4'];
const operationBucketsS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * Client spans and metrics of pg inside a trace, as `@opentelemetry/instrumentation-pg` makes them without connect
 * spans. It counts the connections of a pool when they are exported, not each time one is taken or returned.
 */
export class LeanPostgres extends InstrumentationBase {
  declare private duration: Histogram;
  declare private pools: Set<Pool> | undefined;

  constructor() {
    super('@ballast/instrumentation-pg', '0.1.0', { enabled: false });
  }

  override _updateMetricInstruments(): void {
    this.duration = durationHistogram(
      this.meter,
      'db.client.operation.duration',
      'Duration of database client operations.',
      operationBucketsS,
    );
    this.pools ??= new Set();
    countConnections(this.meter, this.pools);
  }

  override init(): InstrumentationNodeModuleDefinition[] {
    const patch = (module: unknown) => this.patchClient(exported<object>(module));
    const unpatch = (module: unknown) => this.restore(exported<Constructor>(module), 'query');
    const file = (name: string) => new InstrumentationNodeModuleFile(name, clientVersions, patch, unpatch);
    // Seen from an ES module only the files within pg are loaded with `require`, so those are patched as well.
    const files = [file('pg/lib/client.js'), file('pg/lib/native/client.js')];
    return [
      new InstrumentationNodeModuleDefinition(
        'pg',
        clientVersions,
        (module) => {
          this.patchClient(exported<{ readonly Client: Constructor }>(module).Client);
          return module;
        },
        (module) => this.restore(exported<{ readonly Client: Constructor }>(module).Client, 'query'),
        files,
      ),
      new InstrumentationNodeModuleDefinition(
        'pg-pool',
        poolVersions,
        (module) => this.patchPool(exported<object>(module)),
        (module) => {
          this.restore(exported<Constructor>(module), 'connect');
          this.restore(exported<Constructor>(module), 'end');
        },
      ),
    ];
  }

  private patchClient<T>(client: T): T {
    const { prototype } = client as { prototype: { query: Query } };
    if (!isWrapped(prototype.query)) this._wrap(prototype, 'query', (query) => this.traced(query));
    return client;
  }

  private patchPool<T>(pool: T): T {
    const { prototype } = pool as {
      prototype: Record<'connect' | 'end', (this: Pool, ...args: unknown[]) => unknown>;
    };
    const pools = this.pools as Set<Pool>;
    if (isWrapped(prototype.connect)) return pool;
    this._wrap(prototype, 'connect', (connect) => {
      return function countedConnect(...args) {
        if (trace.getActiveSpan()) pools.add(this);
        return connect.apply(this, args);
      };
    });
    this._wrap(prototype, 'end', (end) => {
      return function countedEnd(...args) {
        pools.delete(this);
        return end.apply(this, args);
      };
    });
    return pool;
  }

  private restore(module: Constructor, name: string): void {
    const prototype = module.prototype as Record<string, () => unknown>;
    if (isWrapped(prototype[name])) this._unwrap(prototype, name);
  }

  private traced(query: Query): Query {
    const instrumentation = this;
    return function tracedQuery(...args) {
      const statement = statementOf(args[0]);
      if (!statement || !trace.getActiveSpan()) return query.apply(this, args);
      return instrumentation.run(this, query, statement, args);
    };
  }

  private run(client: Client, query: Query, statement: Statement, args: unknown[]): unknown {
    const { host, port, database } = client.connectionParameters;
    const operation = operationOf(statement.text);
    const connection = {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'server.address': host,
      'server.port': port,
    };
    const attributes: Attributes = { ...connection, 'db.query.text': statement.text };
    const { name } = statement;
    if (typeof name === 'string') attributes['db.postgresql.plan'] = name;
    const span = this.tracer.startSpan(`pg.query:${name || operation} ${database}`, {
      kind: SpanKind.CLIENT,
      attributes,
    });
    const series: Attributes = { ...connection, 'db.operation.name': operation };
    const startedAt = performance.now();
    const end = (error?: PgError | null) => {
      if (error) fail(span, error);
      span.end();
      this.duration.record(secondsSince(startedAt), series);
    };
    withCallback(args, (error) => {
      if (error?.code) series['error.type'] = error.code;
      end(error);
    });
    try {
      const result = query.apply(client, args);
      if (result instanceof Promise) result.then(() => end(), end);
      return result;
    } catch (error) {
      fail(span, error as PgError);
      span.end();
      throw error;
    }
  }
}

/** ES modules wrap what CommonJS exports. */
function exported<T>(module: unknown): T {
  const { [Symbol.toStringTag]: tag, default: inner } = module as {
    [Symbol.toStringTag]?: string;
    default?: unknown;
  };
  return (tag === 'Module' ? inner : module) as T;
}

/** The message may quote values, so the event has the code alone. */
function fail(span: Span, error: PgError): void {
  const code = error.code ?? 'UNKNOWN';
  span.recordException(
    `PostgreSQL error of type '${error.name ?? 'PostgreSQLError'}' occurred (code: ${code})`,
  );
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
