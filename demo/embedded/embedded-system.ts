import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  answersHttp,
  demandFreePorts,
  type LogFolder,
  openLogFolder,
  ownRunFolder,
  type RunningSupervisor,
  supervise,
} from '@ballast/supervisor';
import {
  type ClusterLocation,
  chooseLocation,
  clearCluster,
  clearStalePostmaster,
  dataFolderOf,
  demandFirstPrimary,
  ReplicatedPostgres,
  standbyLocationOf,
} from '@ballast/supervisor/postgres';
import {
  hasStandby,
  nodeOf,
  type ServiceName,
  type SupervisedName,
  serverPortsOf,
  serviceNames,
  type Topology,
} from '../topology.ts';
import { writeFlagsFile } from './flags-file.ts';
import { membersOf } from './members.ts';

export interface EmbeddedSystemOptions {
  /** Orders per second that the load generator places at first. */
  readonly load: number;
  /** How long a process that ended by itself stays down. */
  readonly restartAfterSeconds: number;
  /** Forget the orders of earlier runs. */
  readonly fresh: boolean;
}

/** The whole system as a process tree on this machine, without a screen. */
export interface EmbeddedSystem {
  readonly topology: Topology;
  readonly supervisor: RunningSupervisor<SupervisedName>;
  readonly logs: LogFolder;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** The two servers behind the database's address, where the topology has a standby. */
  readonly database: ReplicatedPostgres | undefined;
  /** Where the run keeps what it writes. */
  readonly folder: string;
  /** Where the database keeps its files. */
  readonly databaseFolder: string;
  /** Starts everything at once; resolves when orders can be placed. */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

/** What depends on others ends before them. */
const stopOrder: readonly (readonly SupervisedName[])[] = [
  ['load-generator'],
  ['orders'],
  ['inventory', 'recommendation'],
  ['postgres', 'postgres-standby', 'redis'],
];

/** Takes the run's folder and its ports, and describes every process; starts none. */
export async function openEmbeddedSystem(
  topology: Topology,
  options: EmbeddedSystemOptions,
): Promise<EmbeddedSystem> {
  const data = resolve(process.env.BALLAST_DATA ?? join(root, '.ballast'));
  const folder = join(data, String(topology.portBase));
  const disown = ownRunFolder(folder);
  try {
    const location = chooseLocation(folder);
    // Before the ports are checked: what a crashed run left holds one of them.
    const locations = [location, standbyLocationOf(location)];
    for (const one of locations) await clearStalePostmaster(dataFolderOf(one));
    await demandFreePorts(portsOf(topology));
    if (options.fresh) locations.forEach(clearCluster);
    if (!hasStandby(topology)) demandFirstPrimary(location);
    return await describe({ topology, options, data, folder, location, disown });
  } catch (error) {
    disown();
    throw error;
  }
}

interface Parts {
  readonly topology: Topology;
  readonly options: EmbeddedSystemOptions;
  readonly data: string;
  readonly folder: string;
  readonly location: ClusterLocation;
  readonly disown: () => void;
}

function portsOf(topology: Topology): { name: string; port: number }[] {
  const own = hasStandby(topology) ? [{ name: 'postgres', port: serverPortsOf(topology).postgres }] : [];
  return [...topology.nodes, ...own];
}

async function describe(parts: Parts): Promise<EmbeddedSystem> {
  const { topology, options, data, folder, location, disown } = parts;
  const logs = openLogFolder(join(folder, 'logs'));
  const chaosToken = randomBytes(24).toString('base64url');
  const flagsFile = writeFlagsFile(folder);
  const compileCache = join(data, 'compile-cache');
  const ordersPerSecond = options.load;
  const database = hasStandby(topology)
    ? new ReplicatedPostgres({
        location,
        port: nodeOf(topology, 'postgres').port,
        memberPorts: serverPortsOf(topology),
        databases: serviceNames,
        logs,
      })
    : undefined;
  await database?.open();
  const shared = { topology, database, logs, location, chaosToken, flagsFile, compileCache, ordersPerSecond };
  const restartAfterMs = options.restartAfterSeconds * 1000;
  const supervisor = supervise({ members: membersOf(shared), stopOrder, restartAfterMs });
  return {
    topology,
    supervisor,
    logs,
    chaosToken,
    flagsFile,
    database,
    folder,
    databaseFolder: location.home,
    start: () => startAll(topology, supervisor),
    async stop(graceMs) {
      await supervisor.stopAll(graceMs);
      await database?.close();
      disown();
    },
  };
}

/** Waits only for what an order needs: orders can be placed without Redis, recommendations or traffic. */
async function startAll(topology: Topology, supervisor: RunningSupervisor<SupervisedName>): Promise<void> {
  const redis = supervisor.status().find(({ name }) => name === 'redis');
  if (redis?.state === 'down') supervisor.start('redis').catch(() => {});
  await startDatabase(topology, supervisor);
  // A service that ends while starting is started again like any other, so its failure does not fail the start.
  for (const name of [...serviceNames, 'load-generator'] as const) supervisor.start(name).catch(() => {});
  const needed = ['orders', 'inventory'] as const;
  const isReady = (name: ServiceName): Promise<boolean> =>
    answersHttp(`${nodeOf(topology, name).url}/health/ready`);
  while (!(await Promise.all(needed.map(isReady))).every(Boolean)) await delay(50);
}

/** The one that was the primary at the end of the last run is it again; the other one copies it when it is there. */
async function startDatabase(
  topology: Topology,
  supervisor: RunningSupervisor<SupervisedName>,
): Promise<void> {
  if (!hasStandby(topology)) return supervisor.start('postgres');
  await Promise.any([supervisor.start('postgres'), supervisor.start('postgres-standby')]);
}
