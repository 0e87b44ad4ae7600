import type { chaosFaults } from '@ballast/service-kit';

/** Names of processes carry their replica: `orders-1`. */
export type ProcessName = string;
/** A proxied connection, `orders -> inventory`. */
export type EdgeName = string;

export type ToxicSettings =
  | { readonly type: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  | { readonly type: 'reset_peer'; readonly timeoutMs: number }
  | { readonly type: 'slicer'; readonly averageSize: number; readonly delayMs: number }
  | { readonly type: 'limit_data'; readonly bytes: number }
  | { readonly type: 'bandwidth'; readonly rateKBps: number }
  | { readonly type: 'slow_close'; readonly delayMs: number };

/** What `PUT /chaos` of a service takes; `capacity` limits a service and breaks nothing. */
export type ServiceFault = {
  readonly effect: Exclude<(typeof chaosFaults)[number], 'capacity'>;
  /** Share of the requests that are hit. */
  readonly ratio: number;
};

/** One way to break the system. */
export type Fault =
  /** SIGKILL, started again at the end. */
  | { readonly kind: 'kill'; readonly process: ProcessName }
  /** SIGSTOP until the end: connections are accepted and never answered. */
  | { readonly kind: 'stall'; readonly process: ProcessName }
  /** `pg_ctl stop -m immediate`: no checkpoint, crash recovery at the next start. */
  | { readonly kind: 'database-stop' }
  | ({ readonly kind: 'service-fault'; readonly process: ProcessName } & ServiceFault)
  | {
      readonly kind: 'toxic';
      readonly edge: EdgeName;
      readonly toxicity: number;
      readonly toxic: ToxicSettings;
    }
  /** Every connection is cut, and new ones are refused. */
  | { readonly kind: 'partition'; readonly edge: EdgeName };

/** A fault with its time, counted from the start of the run. */
export type ScheduledFault = { readonly atMs: number; readonly forMs: number; readonly fault: Fault };

/** Short and countable, as in `kill orders-1` or `latency on orders -> inventory`. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'stall':
      return `${fault.kind} ${fault.process}`;
    case 'database-stop':
      return 'immediate stop of postgres';
    case 'service-fault':
      return `${fault.effect} in ${fault.process}`;
    case 'toxic':
      return `${fault.toxic.type} on ${fault.edge}`;
    case 'partition':
      return `partition of ${fault.edge}`;
  }
}
