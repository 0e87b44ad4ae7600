import type { ProcessStatus } from '@ballast/supervisor';
import {
  isServiceName,
  isSupervisedName,
  type NodeName,
  type SupervisedName,
  type Topology,
} from '../topology.ts';
import type { ActiveFault } from './faults.ts';
import type { Health, NodePicture } from './picture.ts';
import type { SystemView } from './system-view.ts';

type State = Pick<NodePicture, 'health' | 'note' | 'restartsAt' | 'restarts'>;

/** Every node but the control room, with what can be done to it here. */
export function nodePictures(
  topology: Topology,
  view: SystemView,
  faults: readonly ActiveFault[],
  now: number,
): NodePicture[] {
  const processes = view.processes();
  return topology.nodes.flatMap(({ name, kind }) => {
    if (!isSupervisedName(name)) return [];
    const status = processes?.find((process) => process.name === name);
    const seen = status ? supervised(status, view, now) : observed(name, view);
    const state = withFault(
      seen,
      faults.find((fault) => fault.target === name),
      now,
    );
    return [
      {
        name,
        kind,
        ...state,
        details: detailsOf(name, view),
        ...means(name, state.health, processes !== null),
        canFailOver: canFailOver(name, view),
      },
    ];
  });
}

function supervised(status: ProcessStatus<SupervisedName>, view: SystemView, now: number): State {
  const base = { restarts: status.restarts, restartsAt: null };
  if (status.state === 'down') {
    const restartsAt = status.restartAtMs ?? null;
    return { ...base, restartsAt, health: 'down', note: downNote(status.reason, restartsAt, now) };
  }
  if (status.state === 'absent') return { ...base, health: 'absent', note: status.reason };
  if (status.state === 'external') return { ...base, health: 'up', note: 'runs elsewhere' };
  if (status.state === 'up' && isServiceName(status.name) && !view.service(status.name))
    return { ...base, health: 'unknown', note: 'does not report' };
  return { ...base, health: status.state, note: status.state === 'up' ? roleOf(status.name, view) : null };
}

/** Which of the two database servers is which; of the standby, whether it has everything. */
function roleOf(name: SupervisedName, view: SystemView): string | null {
  const replication = view.replication();
  if (!replication || (name !== 'postgres' && name !== 'postgres-standby')) return null;
  if (name === replication.primary) return 'primary';
  return replication.isInSync ? 'standby, in sync' : 'standby, behind';
}

const canFailOver = (name: SupervisedName, view: SystemView): boolean => {
  const replication = view.replication();
  return (
    replication?.primary === name && (replication.isInSync || replication.replication === 'asynchronous')
  );
};

function downNote(reason: string, restartsAt: number | null, now: number): string {
  if (restartsAt === null) return reason || 'down';
  const seconds = Math.max(1, Math.ceil((restartsAt - now) / 1000));
  return seconds < 120 ? `down, back in ${seconds} s` : 'down';
}

/** Without a supervisor only what a process shows from outside is known. */
function observed(name: SupervisedName, view: SystemView): State {
  const isThere = isThereNow(name, view);
  const health: Health = isThere === null ? 'unknown' : isThere ? 'up' : 'down';
  const note = isThere === false ? `docker compose start ${name}` : null;
  return { health, note, restarts: 0, restartsAt: null };
}

function isThereNow(name: SupervisedName, view: SystemView): boolean | null {
  if (name === 'postgres' || name === 'redis') return view.accepts(name);
  if (name === 'postgres-standby') return null;
  if (name === 'load-generator') return view.stats() !== null;
  return view.service(name) !== null;
}

function withFault(state: State, fault: ActiveFault | undefined, now: number): State {
  if (!fault || state.health !== 'up') return state;
  const left = Math.max(1, Math.ceil((fault.endsAt - now) / 1000));
  return {
    ...state,
    health: fault.fault === 'down' ? 'down' : 'slow',
    note: `${faultWord[fault.fault]}, ${left} s left`,
  };
}

const faultWord: Record<ActiveFault['fault'], string> = {
  latency: 'slow',
  error: 'errors',
  hang: 'hangs',
  garbage: 'garbage',
  down: 'closes connections',
  stall: 'stalled',
  capacity: 'limited',
};

type Means = Pick<NodePicture, 'canKill' | 'canStart' | 'canStall' | 'canFault'>;

function means(name: NodeName, health: Health, isSupervised: boolean): Means {
  const isHere = health !== 'absent' && health !== 'down';
  return {
    canKill: isHere && (isSupervised || isServiceName(name)),
    canStart: isSupervised && health === 'down',
    canStall: isHere && (isSupervised || isServiceName(name)),
    canFault: isServiceName(name),
  };
}

/** Orders shows what explains its answers: requests in work, requests shed, and orders not settled yet. */
function detailsOf(name: SupervisedName, view: SystemView): NodePicture['details'] {
  if (name !== 'orders') return [];
  const reports = view.service('orders');
  const admission = reports?.report.admission;
  const before = reports?.previous?.report.admission;
  return [
    { name: 'in work', value: admission?.inFlight ?? null },
    { name: 'refused/s', value: admission && before ? shedSince(admission.shed, before.shed) : null },
    { name: 'unsettled', value: view.stats()?.pending.open ?? null },
  ];
}

const shedSince = (now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): number =>
  Object.entries(now).reduce(
    (sum, [priority, count]) => sum + Math.max(0, count - (before[priority] ?? 0)),
    0,
  );
