import type { Supervisor } from '@ballast/supervisor';
import type { ReplicatedPostgres } from '@ballast/supervisor/postgres';
import { maxRatePerSecond } from '../../load-generator/stats.ts';
import { markProcesses } from '../../stage/process-marks.ts';
import { openStage, type Stage, type StageLogger } from '../../stage/stage.ts';
import { openSwitches } from '../../stage/switches.ts';
import { watchSystem } from '../../stage/system-view.ts';
import type { SupervisedName, Topology } from '../../topology.ts';
import type { Hello } from '../protocol.ts';
import { openRoomState, type RoomState } from './room-state.ts';
import { openScenarioRunner, type ScenarioRunner } from './scenario-runner.ts';

/** What the control room acts on and watches. */
export interface RoomOptions {
  readonly topology: Topology;
  /** Without one (containers), a kill is a fault of the service, and a start is answered with the command to type. */
  readonly supervisor?: Supervisor<SupervisedName> | undefined;
  /** The two servers behind the database's address, where there is a standby. */
  readonly database?: ReplicatedPostgres | undefined;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Folder for the pictures of scenario runs. */
  readonly picturesFolder: string;
  /** `host:port` of what has no stream to follow; only without a supervisor. */
  readonly probes?: Readonly<Partial<Record<'postgres' | 'redis', string>>>;
  readonly jaegerUrl?: string | undefined;
  readonly logger: StageLogger;
}

/** The control room without its HTTP server: it acts on the system, watches it, and runs scenarios. */
export interface Room {
  readonly stage: Stage;
  readonly state: RoomState;
  readonly scenarios: ScenarioRunner;
  /** The first message to a page. */
  hello(): Hello;
  /** Aborted when the room closes. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

export function openRoom({ topology, supervisor, database, jaegerUrl = '', ...options }: RoomOptions): Room {
  const { chaosToken, flagsFile, picturesFolder: folder, probes = {}, logger } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const switches = openSwitches(flagsFile);
  const view = watchSystem({ topology, supervisor, database, probes, signal });
  const onMark = (mark: Parameters<RoomState['mark']>[0]) => state.mark(mark);
  const stage = openStage({ topology, supervisor, database, chaosToken, switches, logger, onMark });
  const state = openRoomState({ topology, view, switches, faults: stage.faults, signal });
  const stopMarking = supervisor ? markProcesses(supervisor, onMark) : () => {};
  const scenarios = openScenarioRunner({ topology, view, stage, state, supervisor, folder, logger });
  return {
    stage,
    state,
    scenarios,
    closing: signal,
    hello: () => ({
      mode: supervisor ? 'embedded' : 'containers',
      scenarios: scenarios.cards(),
      history: state.history(),
      marks: state.marks(),
      jaegerUrl: jaegerUrl || null,
      maxRate: maxRatePerSecond,
    }),
    async close() {
      await scenarios.stop();
      stopMarking();
      switches.close();
      closing.abort();
    },
  };
}
