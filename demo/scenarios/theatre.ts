import { join } from 'node:path';
import { openEmbeddedSystem } from '../embedded/embedded-system.ts';
import { openStage, type Stage } from '../stage/stage.ts';
import { openSwitches } from '../stage/switches.ts';
import { type SystemView, watchSystem } from '../stage/system-view.ts';
import { type Topology, topologyAt } from '../topology.ts';

/** A whole embedded system with somebody to act on it and somebody to watch. */
export interface Theatre {
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

/** Starts a system of its own for scenarios; resolves when orders can be placed. Nothing restarts but by the script. */
export async function openTheatre(portBase: number): Promise<Theatre> {
  const topology = topologyAt(portBase);
  const options = { load: 5, restartAfterSeconds: 3600, portBase, fresh: true, help: false };
  const system = await openEmbeddedSystem(topology, options);
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
