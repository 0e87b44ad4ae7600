import { edgePictures, policyReports } from '../../stage/edges.ts';
import type { ActiveFault } from '../../stage/faults.ts';
import { nodePictures } from '../../stage/nodes.ts';
import type { Mark, Traffic } from '../../stage/picture.ts';
import type { Switches } from '../../stage/switches.ts';
import type { SystemView } from '../../stage/system-view.ts';
import { orderSeen, trafficOf, unknownTraffic } from '../../stage/traffic.ts';
import type { Topology } from '../../topology.ts';
import { type Frame, historySeconds, type ScenarioRun } from '../protocol.ts';

export interface RoomStateOptions {
  readonly topology: Topology;
  readonly view: SystemView;
  readonly switches: Switches;
  readonly faults: () => readonly ActiveFault[];
  readonly signal: AbortSignal;
}

/** The picture of the system over time: one frame a second, and one at once when something was done. */
export interface RoomState {
  history(): readonly Traffic[];
  marks(): readonly Mark[];
  scenario(): ScenarioRun | null;
  showScenario(run: ScenarioRun | null): void;
  mark(mark: Mark): void;
  /** The frame of this moment, without marks: `marks()` has all of them. */
  now(): Frame;
  /** The database server that is the primary; null without a standby. */
  primary(): string | null;
  subscribe(listener: (frame: Frame) => void): () => void;
}

const maxMarks = 100;
/** After this time without a report of traffic the second is shown as unknown. */
const silenceMs = 1600;
/** Changes within this time share one frame. */
const gatherMs = 120;

export function openRoomState({ topology, view, switches, faults, signal }: RoomStateOptions): RoomState {
  const listeners = new Set<(frame: Frame) => void>();
  let history: Traffic[] = [];
  let marks: Mark[] = [];
  let fresh: Mark[] = [];
  let scenario: ScenarioRun | null = null;
  let gathering: NodeJS.Timeout | undefined;

  function frameOf(newMarks: readonly Mark[]): Frame {
    const now = Date.now();
    const active = faults();
    return {
      at: now,
      nodes: nodePictures(topology, view, active, now),
      edges: edgePictures(topology, view),
      traffic: history.at(-1) ?? unknownTraffic(now),
      targetRate: view.stats()?.rate.ordersPerSecond ?? null,
      orders: view.orders().map(orderSeen),
      switches: switches.read(),
      switchProblem: switches.problem(),
      faults: active,
      marks: newMarks,
      policies: policyReports(view),
      scenario,
    };
  }

  function publish(): void {
    clearTimeout(gathering);
    gathering = undefined;
    const newMarks = fresh;
    fresh = [];
    if (listeners.size === 0) return;
    const frame = frameOf(newMarks);
    for (const listener of listeners) listener(frame);
  }

  const soon = (): void => {
    gathering ??= setTimeout(publish, gatherMs).unref();
  };

  function record(second: Traffic): void {
    history = [...history, second].slice(-historySeconds);
    publish();
    silenceTimer.refresh();
  }

  const silenceTimer = setInterval(() => record(unknownTraffic(Date.now())), silenceMs);
  view.onStats((stats) => record(trafficOf(stats)));
  view.onProcess(soon);
  switches.onChange(soon);
  signal.addEventListener('abort', () => {
    clearInterval(silenceTimer);
    clearTimeout(gathering);
  });

  return {
    history: () => history,
    marks: () => marks,
    scenario: () => scenario,
    showScenario(run) {
      scenario = run;
      soon();
    },
    mark(mark) {
      marks = [...marks, mark].slice(-maxMarks);
      fresh.push(mark);
      soon();
    },
    now: () => frameOf([]),
    primary: () => view.replication()?.primary ?? null,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
