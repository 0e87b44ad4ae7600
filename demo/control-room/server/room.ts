import { maxRatePerSecond } from '../../load-generator/stats.ts';
import { markProcesses } from '../../stage/process-marks.ts';
import { openStage, type Stage } from '../../stage/stage.ts';
import { openSwitches } from '../../stage/switches.ts';
import { watchSystem } from '../../stage/system-view.ts';
import type { Hello } from '../protocol.ts';
import { openRoomState, type RoomState } from './room-state.ts';
import { openScenarioRunner, type ScenarioRunner } from './scenario-runner.ts';
import type { ControlRoomOptions } from './start.ts';

/** What stands in the room: eyes, hands, a memory, and a runner for scenarios. */
export interface Room {
  readonly stage: Stage;
  readonly state: RoomState;
  readonly runner: ScenarioRunner;
  /** What a page is told first. */
  hello(): Hello;
  /** Aborted when the room closes. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

export function openRoom({ topology, supervisor, jaegerUrl = '', ...options }: ControlRoomOptions): Room {
  const { chaosToken, flagsFile, picturesFolder: folder, probes = {}, logger } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const switches = openSwitches(flagsFile);
  const view = watchSystem({ topology, supervisor, probes, signal });
  const onMark = (mark: Parameters<RoomState['mark']>[0]) => state.mark(mark);
  const stage = openStage({ topology, supervisor, chaosToken, switches, logger, onMark });
  const state = openRoomState({ topology, view, switches, faults: stage.faults, signal });
  const stopMarking = supervisor ? markProcesses(supervisor, onMark) : () => {};
  const runner = openScenarioRunner({ topology, view, stage, state, supervisor, folder, logger });
  return {
    stage,
    state,
    runner,
    closing: signal,
    hello: () => ({
      mode: supervisor ? 'embedded' : 'containers',
      scenarios: runner.cards(),
      history: state.history(),
      marks: state.marks(),
      jaegerUrl: jaegerUrl || null,
      maxRate: maxRatePerSecond,
    }),
    async close() {
      await runner.stop();
      stopMarking();
      switches.close();
      closing.abort();
    },
  };
}
