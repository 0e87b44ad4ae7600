import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunOptions } from '../run-options.ts';
import { nodeOf, type ServiceName, serviceNames, type Topology } from '../topology.ts';
import { answersHttp } from './answers-http.ts';
import { writeFlagsFile } from './flags-file.ts';
import { type LogFolder, openLogFolder } from './log-folder.ts';
import { membersOf } from './members.ts';
import { administratorUrl } from './postgres/embedded-postgres.ts';
import { choosePlace, clearPlace } from './postgres/place.ts';
import { ownRunFolder } from './run-folder.ts';
import { type RunningSupervisor, supervise } from './supervise.ts';

/** The whole system of one run, without a screen. */
export interface System {
  readonly topology: Topology;
  readonly supervisor: RunningSupervisor;
  readonly logs: LogFolder;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Where the database keeps its files. */
  readonly databaseFolder: string;
  /** For experiments on the database itself. */
  administratorUrl(): string;
  /** Starts everything at once; resolves when orders can be placed. */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

/** Takes the run's folder and describes every process; starts none. */
export function openSystem(topology: Topology, options: RunOptions): System {
  const folder = resolve(process.env.BALLAST_DATA ?? join(root, '.ballast'), String(topology.portBase));
  const disown = ownRunFolder(folder);
  const logs = openLogFolder(join(folder, 'logs'));
  const place = choosePlace(folder);
  if (options.fresh) clearPlace(place);
  const chaosToken = randomBytes(24).toString('base64url');
  const flagsFile = writeFlagsFile(folder);
  const members = membersOf({ topology, logs, place, chaosToken, flagsFile, ordersPerSecond: options.load });
  const supervisor = supervise({ members, restartAfterMs: options.restartAfterSeconds * 1_000 });
  return {
    topology,
    supervisor,
    logs,
    chaosToken,
    flagsFile,
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
