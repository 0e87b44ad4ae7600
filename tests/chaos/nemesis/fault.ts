/** Names of processes carry their replica: `orders-1`. */
export type ProcessName = string;
/** A proxied connection, `orders -> inventory`. */
export type EdgeName = string;

export type ToxicWish =
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  | { readonly type: 'reset_peer'; readonly timeoutMs: number }
  | { readonly type: 'slicer'; readonly averageSize: number; readonly delayMs: number }
  | { readonly type: 'limit_data'; readonly bytes: number }
  | { readonly type: 'bandwidth'; readonly rateKBps: number }
  | { readonly type: 'slow_close'; readonly delayMs: number };

/** What `PUT /chaos` of a service takes. */
export type ServiceFault = {
  readonly fault:
    | 'latency'
    | 'error'
    | 'hang'
    | 'down'
    | 'garbage'
    | 'oversized'
    | 'slow-body'
    | 'stall'
    | 'crash';
  readonly ratio: number;
};

/** One way to hurt the system. */
export type Harm =
  /** SIGKILL, started again at the end. */
  | { readonly kind: 'kill'; readonly process: ProcessName }
  /** SIGSTOP until the end: connections are accepted and never answered. */
  | { readonly kind: 'stall'; readonly process: ProcessName }
  /** `pg_ctl stop -m immediate`: no checkpoint, crash recovery at the next start. */
  | { readonly kind: 'database-stop' }
  | ({ readonly kind: 'service-fault'; readonly process: ProcessName } & ServiceFault)
  | { readonly kind: 'toxic'; readonly edge: EdgeName; readonly toxicity: number; readonly toxic: ToxicWish }
  /** Every connection cut, new ones refused. */
  | { readonly kind: 'partition'; readonly edge: EdgeName };

/** A harm with its time, counted from the start of the run. */
export type Fault = { readonly atMs: number; readonly forMs: number; readonly harm: Harm };

/** Short and countable, as in `kill orders-1` or `latency on orders -> inventory`. */
export function describeHarm(harm: Harm): string {
  switch (harm.kind) {
    case 'kill':
    case 'stall':
      return `${harm.kind} ${harm.process}`;
    case 'database-stop':
      return 'immediate stop of postgres';
    case 'service-fault':
      return `${harm.fault} in ${harm.process}`;
    case 'toxic':
      return `${harm.toxic.type} on ${harm.edge}`;
    case 'partition':
      return `partition of ${harm.edge}`;
  }
}
