import type { Meter, Observable } from '@opentelemetry/api';

export interface Pool {
  readonly options: {
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly max?: number;
  };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** Counts the connections of these pools at each export: a query pays nothing for it. */
export function countConnections(meter: Meter, pools: ReadonlySet<Pool>): void {
  const counter = (name: string, description: string) =>
    meter.createObservableUpDownCounter(name, { description, unit: '{connection}' });
  const count = counter(
    'db.client.connection.count',
    'The number of connections that are currently in state described by the state attribute.',
  );
  const pending = counter(
    'db.client.connection.pending_requests',
    'The number of current pending requests for an open connection.',
  );
  const max = counter('db.client.connection.max', 'The maximum number of open connections allowed.');
  meter.addBatchObservableCallback(
    (result) => {
      for (const pool of pools) {
        const name = { 'db.client.connection.pool.name': nameOf(pool) };
        const observe = (of: Observable, value: number, state?: string) =>
          result.observe(of, value, state ? { 'db.client.connection.state': state, ...name } : name);
        observe(count, pool.totalCount - pool.idleCount, 'used');
        observe(count, pool.idleCount, 'idle');
        observe(pending, pool.waitingCount);
        observe(max, pool.options.max ?? 0);
      }
    },
    [count, pending, max],
  );
}

function nameOf({ options }: Pool): string {
  const { host = 'unknown_host', port = 'unknown_port', database = 'unknown_database' } = options;
  return `${host}:${port}/${database}`;
}
