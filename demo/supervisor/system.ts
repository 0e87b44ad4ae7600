import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions } from '../run-options.ts';
import { nodeOf, type ServiceName, serviceNames, type Topology } from '../topology.ts';
import { answersHttp } from './answers-http.ts';
import { writeFlagsFile } from './flags-file.ts';
import { demandFreePorts } from './free-ports.ts';
import { type LogFolder, openLogFolder } from './log-folder.ts';
import { membersOf } from './members.ts';
import { dataFolderOf } from './postgres/cluster.ts';
import { administratorUrl } from './postgres/embedded-postgres.ts';
import { choosePlace, clearPlace, type Place } from './postgres/place.ts';
import { clearStalePostmaster } from './postgres/postmaster.ts';
import { ownRunFolder } from './run-folder.ts';
import { type RunningSupervisor, supervise } from './supervise.ts';

/** The whole system of one run, without a screen. */
export interface System {
  readonly topology: Topology;
  readonly supervisor: RunningSupervisor;
  readonly logs: LogFolder;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Where the run keeps what it writes. */
  readonly folder: string;
  /** Where the database keeps its files. */
  readonly databaseFolder: string;
  /** For experiments on the database itself. */
  administratorUrl(): string;
  /** Starts everything at once; resolves when orders can be placed. */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

/** Takes the run's folder and its ports, and describes every process; starts none. */
export async function openSystem(topology: Topology, options: RunOptions): Promise<System> {
  const data = resolve(process.env.BALLAST_DATA ?? join(root, '.ballast'));
  const folder = join(data, String(topology.portBase));
  const disown = ownRunFolder(folder);
  try {
    const place = choosePlace(folder);
    // First: what a crashed run left holds a port as well, but that one is ours to take back.
    await clearStalePostmaster(dataFolderOf(place));
    await demandFreePorts(topology);
    if (options.fresh) clearPlace(place);
    return describe({ topology, options, data, folder, place, disown });
  } catch (error) {
    disown();
    throw error;
  }
}

interface Grounds {
  readonly topology: Topology;
  readonly options: RunOptions;
  readonly data: string;
  readonly folder: string;
  readonly place: Place;
  readonly disown: () => void;
}

function describe({ topology, options, data, folder, place, disown }: Grounds): System {
  const logs = openLogFolder(join(folder, 'logs'));
  const chaosToken = randomBytes(24).toString('base64url');
  const flagsFile = writeFlagsFile(folder);
  const compileCache = join(data, 'compile-cache');
  const ordersPerSecond = options.load;
  const members = membersOf({ topology, logs, place, chaosToken, flagsFile, compileCache, ordersPerSecond });
  const supervisor = supervise({ members, restartAfterMs: options.restartAfterSeconds * 1000 });
  return {
    topology,
    supervisor,
    logs,
    chaosToken,
    flagsFile,
    folder,
    databaseFolder: place.home,
    administratorUrl: () => administratorUrl(place, nodeOf(topology, 'postgres').port),
    start: () => startAll(topology, supervisor),
    async stop(graceMs) {
      await supervisor.stopAll(graceMs);
      disown();
    },
  };
}

/** Only what an order needs is waited for: without Redis, recommendations or traffic orders can be placed as well. */
async function startAll(topology: Topology, supervisor: RunningSupervisor): Promise<void> {
  const redis = supervisor.status().find(({ name }) => name === 'redis');
  if (redis?.state === 'down') supervisor.start('redis').catch(() => {});
  await supervisor.start('postgres');
  // A service that ends while starting is started again like any other, so its failure is not ours.
  for (const name of [...serviceNames, 'load-generator'] as const) supervisor.start(name).catch(() => {});
  const needed = ['orders', 'inventory'] as const;
  const isReady = (name: ServiceName): Promise<boolean> =>
    answersHttp(`${nodeOf(topology, name).url}/health/ready`);
  while (!(await Promise.all(needed.map(isReady))).every(Boolean)) await delay(50);
}
