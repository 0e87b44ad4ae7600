import { join } from 'node:path';
import { openEmbeddedSystem } from '../embedded/embedded-system.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { openSwitches } from '../stage/switches.ts';
import { type SystemView, watchSystem } from '../stage/system-view.ts';
import { type Topology, topologyAt } from '../topology.ts';

/** A whole embedded system, with what acts on it and what watches it. */
export interface ScenarioEnvironment {
  readonly topology: Topology;
  readonly stage: Stage;
  readonly view: SystemView;
  readonly hasRedis: boolean;
  /** Where pictures of runs are kept. */
  readonly picturesFolder: string;
  close(): Promise<void>;
}

const stopGraceMs = 5000;
const quietLogger = { info() {}, warn() {} };

/**
 * Starts a system for scenarios; resolves when orders can be placed. What is killed stays down until a step starts it.
 */
export async function openScenarioEnvironment(portBase: number): Promise<ScenarioEnvironment> {
  const topology = topologyAt(portBase);
  const system = await openEmbeddedSystem(topology, { load: 5, restartAfterSeconds: 3600, fresh: true });
  const closing = new AbortController();
  const switches = openSwitches(system.flagsFile);
  const { supervisor, chaosToken } = system;
  const view = watchSystem({ topology, supervisor, probes: {}, signal: closing.signal });
  const stage = openStage({
    topology,
    supervisor,
    chaosToken,
    switches,
    logger: quietLogger,
    onMark: () => {},
  });
  const close = async () => {
    closing.abort();
    switches.close();
    await system.stop(stopGraceMs);
  };
  try {
    await system.start();
  } catch (error) {
    await close();
    throw error;
  }
  const redis = supervisor.status().find(({ name }) => name === 'redis');
  return {
    topology,
    stage,
    view,
    hasRedis: redis?.state !== 'absent',
    picturesFolder: join(system.folder, 'pictures'),
    close,
  };
}
