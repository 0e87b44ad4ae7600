import type { ProcessStatus } from '@ballast/supervisor';
import type { LoadStats } from '../load-generator/stats.ts';
import type { SupervisedName } from '../topology.ts';
import { dim, green, red, yellow } from './style.ts';

/** What GET /resilience says that fits into one line. */
export interface BreakerReport {
  readonly dependencies: readonly {
    readonly name: string;
    readonly policies?: { readonly breaker?: { readonly state: string } };
  }[];
}

export interface Moment {
  readonly at: Date;
  /** Undefined: the load generator did not answer. */
  readonly load: LoadStats | undefined;
  /** Undefined: orders did not answer. */
  readonly resilience: BreakerReport | undefined;
  readonly statuses: readonly ProcessStatus<SupervisedName>[];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function traffic(load: LoadStats | undefined): string[] {
  if (!load) return [dim('no numbers: the load generator does not answer')];
  const { orders, degradedShare, pending } = load;
  const failed = orders.outcomes.failed + orders.outcomes.refused;
  const degraded = degradedShare === null ? '-' : percent(degradedShare);
  return [
    `${String(orders.offered).padStart(4)} orders/s`,
    `p99 ${orders.latencyMs ? `${Math.round(orders.latencyMs.p99)} ms` : '-'}`.padEnd(11),
    (degradedShare ? yellow : String)(`degraded ${degraded}`.padEnd(14)),
    ...(pending.open > 0 ? [yellow(`${pending.open} pending`)] : []),
    ...(orders.outcomes.late > 0 ? [red(`${orders.outcomes.late} late`)] : []),
    ...(failed > 0 ? [red(`${failed} not served`)] : []),
  ];
}

const paintState = (state: string): string => (state === 'half-open' ? yellow : red)(state);

/** Names only what is not as it should be: a system in order has many breakers, and one line is short. */
function breakers(report: BreakerReport | undefined): string[] {
  if (!report) return [dim('breakers unknown: orders does not answer')];
  const known = report.dependencies.flatMap(({ name, policies }) =>
    policies?.breaker ? [{ name, state: policies.breaker.state }] : [],
  );
  const notClosed = known.filter(({ state }) => state !== 'closed');
  if (notClosed.length === 0) return [green('breakers closed')];
  return notClosed.map(({ name, state }) => `${name} ${paintState(state)}`);
}

function troubles({ statuses, at }: Moment): string[] {
  return statuses.flatMap((status) => {
    if (status.state === 'stalled' || status.state === 'starting')
      return [yellow(`${status.name} ${status.state}`)];
    if (status.state !== 'down') return [];
    const seconds = Math.ceil(((status.restartAtMs ?? at.getTime()) - at.getTime()) / 1000);
    return [red(`${status.name} down${seconds > 0 ? `, back in ${seconds} s` : ''}`)];
  });
}

/** One second of the system in one line. */
export function statusLine(moment: Moment): string {
  const time = dim(moment.at.toTimeString().slice(0, 8));
  const parts = [
    traffic(moment.load).join('  '),
    breakers(moment.resilience).join('  '),
    troubles(moment).join('  '),
  ];
  return `${time} ${parts.filter(Boolean).join(dim(' | '))}`;
}
