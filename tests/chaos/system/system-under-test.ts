import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFlagsFile } from '@ballast/demo/flags-file';
import type { ServiceName } from '@ballast/demo/topology';
import { setFlags } from '@ballast/flags';
import type { ProtectionName } from '@ballast/service-kit/protections';
import { ownRunFolder } from '@ballast/supervisor';
import { chooseLocation, clearCluster, databaseUrl, dataFolderOf } from '@ballast/supervisor/postgres';
import { layoutAt, portOf, type Replica } from './layout.ts';
import { openProcesses, type Processes } from './processes.ts';
import { openProxies, type Proxies } from './proxies.ts';
import { requireStandby } from './standby.ts';

/** The real services, with a proxy on every connection between them, so that each part can be broken. */
export type SystemUnderTest = {
  /** Where a run writes its history, state and logs. */
  readonly folder: string;
  readonly replicas: readonly Replica[];
  readonly processes: Processes;
  readonly proxies: Proxies;
  /** Where clients go: a proxy in front of every replica of orders. */
  readonly ordersUrl: string;
  /** Straight to the database, past the proxies, for the monitor and the checker. */
  databaseUrl(service: ServiceName): string;
  /** While a standby is required, every commit waits: there is none. */
  requireStandby(isRequired: boolean): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type SystemOptions = {
  readonly portBase: number;
  readonly replicas: number;
  /**
   * Protections to switch off.
   * @default none
   */
  readonly without?: readonly ProtectionName[];
  /**
   * The services to run, one folder each: those of the repository, or copies with a fault planted in them.
   * @default services
   */
  readonly servicesFolder?: string;
  /** Settings of the services, by name of the environment variable, in place of those of a chaos run. */
  readonly environment?: Readonly<Record<string, string>>;
};

const root = resolve(import.meta.dirname, '../../..');

/** Begins with an empty database. */
export async function openSystemUnderTest({
  portBase,
  replicas,
  without = [],
  servicesFolder = join(root, 'services'),
  environment = {},
}: SystemOptions): Promise<SystemUnderTest> {
  const folder = join(root, '.ballast', `chaos-${portBase}`);
  const release = ownRunFolder(folder);
  for (const old of ['logs', 'clocks']) rmSync(join(folder, old), { recursive: true, force: true });
  const location = chooseLocation(folder);
  clearCluster(location);
  const layout = layoutAt(portBase, replicas);
  const flagsFile = writeFlagsFile(folder);
  await setFlags(flagsFile, Object.fromEntries(without.map((name) => [`protection.${name}`, false])));
  const processes = openProcesses(layout, { folder, location, flagsFile, servicesFolder, environment });
  const proxies = await openProxies(layout);
  return {
    folder,
    replicas: layout.replicas,
    processes,
    proxies,
    ordersUrl: `http://127.0.0.1:${portOf(layout, 'client -> orders')}`,
    databaseUrl: (service) => databaseUrl(location, layout.postgresPort, service),
    requireStandby(isRequired) {
      const postgres = processes.byName.get('postgres')?.status();
      const pid = postgres?.state === 'up' || postgres?.state === 'stalled' ? postgres.pid : undefined;
      requireStandby(dataFolderOf(location), pid, isRequired);
    },
    start: processes.start,
    async stop() {
      await processes.stop();
      await proxies.close();
      release();
    },
  };
}
