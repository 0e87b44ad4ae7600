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

/** Ends a fault. Safe to call when the process has died meanwhile. */
export type EndFault = () => Promise<void>;

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
  | { readonly kind: 'partition'; readonly edge: EdgeName }
  /** Somebody else answers there, with 422 to everything. */
  | { readonly kind: 'rejecting-receiver'; readonly edge: EdgeName }
  /** SIGSTOP for longer than a relay holds its rows. */
  | { readonly kind: 'lease-stall'; readonly process: ProcessName }
  /** Started again with a log that can't be written. */
  | { readonly kind: 'full-log-disk'; readonly process: ProcessName }
  /** The wall clock of a process is wrong by that much. */
  | { readonly kind: 'clock-step'; readonly process: ProcessName; readonly stepMs: number }
  /** A transaction that stays open holds the stock of one product; the products are numbered from 0. */
  | { readonly kind: 'locked-row'; readonly product: number }
  /** PostgreSQL waits at every commit for a synchronous standby that is not there. */
  | { readonly kind: 'standby-away' };

/** A fault with its time, counted from the start of the run. */
export type ScheduledFault = {
  readonly atMs: number;
  readonly forMs: number;
  readonly fault: Fault;
  /** The first of its class: tried again when its target happens to be down. */
  readonly isRequired?: boolean;
};

/** What every run has to meet at least once. */
export const faultClasses = [
  'kill',
  'stall',
  'stall past the lease',
  'stop of the database',
  'fault in a service',
  'toxic on a connection',
  'partition',
  'rejecting receiver',
  'full disk under the logs',
  'clock set forward',
  'clock set back',
  'locked stock row',
  'standby away',
] as const;
export type FaultClass = (typeof faultClasses)[number];

const classOfKind = {
  kill: 'kill',
  stall: 'stall',
  'lease-stall': 'stall past the lease',
  'database-stop': 'stop of the database',
  'service-fault': 'fault in a service',
  toxic: 'toxic on a connection',
  partition: 'partition',
  'rejecting-receiver': 'rejecting receiver',
  'full-log-disk': 'full disk under the logs',
  'locked-row': 'locked stock row',
  'standby-away': 'standby away',
} as const;

export function classOf(fault: Fault): FaultClass {
  if (fault.kind === 'clock-step') return fault.stepMs > 0 ? 'clock set forward' : 'clock set back';
  return classOfKind[fault.kind];
}

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
    case 'rejecting-receiver':
      return `rejecting receiver on ${fault.edge}`;
    case 'lease-stall':
      return `stall past the lease of ${fault.process}`;
    case 'full-log-disk':
      return `full disk under the logs of ${fault.process}`;
    case 'clock-step':
      return `${classOf(fault)} in ${fault.process}`;
    case 'locked-row':
    case 'standby-away':
      return classOf(fault);
  }
}
