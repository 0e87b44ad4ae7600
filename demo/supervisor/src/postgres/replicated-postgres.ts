import { setTimeout as delay } from 'node:timers/promises';
import { anObject, checkOptions, integer, type Rule } from '@ballast/resilience/primitives';
import type { Client } from 'pg';
import { type LogFolder, logFolderRule } from '../log-folder.ts';
import { loopback } from '../loopback.ts';
import type { ProcessSpec } from '../process-spec.ts';
import { signalIfAlive } from '../process-table.ts';
import {
  administer,
  administrator,
  connectTo,
  isFollowed,
  isStandby,
  isSynchronous,
  type Server,
  senderOf,
  waitFor,
} from './administration.ts';
import {
  appointedPrimary,
  appointPrimary,
  type MemberName,
  StandbyBehindError,
} from './appointed-primary.ts';
import { takeBaseBackup } from './base-backup.ts';
import { dataFolderOf, ensureCluster, passwordOf, runToEnd } from './cluster.ts';
import { type ClusterLocation, prepared, standbyLocationOf } from './cluster-location.ts';
import { databaseNames, postgresProcess } from './embedded-postgres.ts';
import { PrimaryAddress } from './primary-address.ts';

/** `synchronous`: a commit is acknowledged once the standby has it, too. */
export type Replication = 'synchronous' | 'asynchronous';

export interface ReplicatedPostgresOptions {
  readonly location: ClusterLocation;
  /** Where clients connect, whichever server is the primary. */
  readonly port: number;
  /** Where the two servers listen. */
  readonly memberPorts: Readonly<Record<MemberName, number>>;
  /** Made with the cluster, each with a role of the same name that owns it. */
  readonly databases: readonly string[];
  readonly logs: LogFolder;
}

export interface ReplicationStatus {
  readonly primary: MemberName;
  readonly replication: Replication;
  /** Whether the standby has all that was acknowledged, and will have what is: it may be promoted without a loss. */
  readonly isInSync: boolean;
}

const port = integer(1, 65_535);

const optionRules: Readonly<Record<keyof ReplicatedPostgresOptions, Rule>> = {
  location: anObject,
  port,
  memberPorts: anObject,
  databases: databaseNames,
  logs: logFolderRule,
};

const memberPortRules: Readonly<Record<MemberName, Rule>> = { postgres: port, 'postgres-standby': port };

const replicationSettings = {
  wal_level: 'replica',
  max_wal_senders: 4,
  wal_keep_size: '128MB',
  // A standby that hangs is noticed by then, and one that is well again reconnects that soon.
  wal_sender_timeout: '5s',
  wal_receiver_timeout: '5s',
  wal_retrieve_retry_interval: '250ms',
};

const standbyName = 'standby';
const lookEveryMs = 250;
/** A standby may be away for this long before commits no longer wait for it. */
const patienceMs = 3000;
/** How long a standby waits for a primary to copy before its start has failed. */
const primaryWithinMs = 5000;

/** Two PostgreSQL servers behind one address: a primary, and a standby that follows it by streaming replication. */
export class ReplicatedPostgres {
  readonly specs: Readonly<Record<MemberName, ProcessSpec>>;
  readonly #options: ReplicatedPostgresOptions;
  readonly #locations: Readonly<Record<MemberName, ClusterLocation>>;
  readonly #address = new PrimaryAddress();
  #primary: MemberName;
  #replication: Replication = 'synchronous';
  #isInSync = false;
  /** The process of the primary that sends to the standby, while it is stopped. */
  #heldSender: number | undefined;
  #watching: Promise<void> | undefined;
  #isClosed = false;

  /** @throws {InvalidOptionError} */
  constructor(options: ReplicatedPostgresOptions) {
    checkOptions('ReplicatedPostgres', options, optionRules, Object.keys(optionRules));
    checkOptions(
      'ReplicatedPostgres memberPorts',
      options.memberPorts,
      memberPortRules,
      Object.keys(memberPortRules),
    );
    const { location } = options;
    this.#options = options;
    this.#locations = { postgres: location, 'postgres-standby': standbyLocationOf(location) };
    this.#primary = appointedPrimary(location);
    this.specs = { postgres: this.#specOf('postgres'), 'postgres-standby': this.#specOf('postgres-standby') };
  }

  /** Opens the address; the servers are started like other processes. */
  async open(): Promise<void> {
    prepared(this.#locations['postgres-standby']);
    await this.#address.listen(this.#options.port);
    this.#address.leadTo(this.#options.memberPorts[this.#primary]);
    this.#watching = this.#watch();
  }

  status(): ReplicationStatus {
    return { primary: this.#primary, replication: this.#replication, isInSync: this.#isInSync };
  }

  setReplication(replication: Replication): void {
    this.#replication = replication;
  }

  /** The primary sends nothing more, like one behind a network that hangs; the standby falls behind. */
  async holdReplication(): Promise<void> {
    this.#heldSender = await administer(this.#server(this.#primary), senderOf);
    this.#signalSender('SIGSTOP');
  }

  releaseReplication(): void {
    this.#signalSender('SIGCONT');
    this.#heldSender = undefined;
  }

  /**
   * Makes the standby the primary, after `endPrimary` has ended the one there was: two at once would both be written
   * to. What ended follows the new one when it is started again.
   *
   * @throws {StandbyBehindError} when acknowledged commits would be lost, with synchronous replication only
   */
  async failOver(endPrimary: (primary: MemberName) => Promise<void>): Promise<void> {
    const previous = this.#primary;
    const next = previous === 'postgres' ? 'postgres-standby' : 'postgres';
    if (this.#replication === 'synchronous' && !this.#isInSync)
      throw new StandbyBehindError(`${next} does not have everything that was acknowledged`);
    this.#address.leadTo(undefined);
    // Before the end of the previous one, so that it follows however soon it is back.
    this.#appoint(next);
    try {
      await endPrimary(previous).catch((error) => {
        this.#appoint(previous);
        throw error;
      });
      // A stopped process does not notice that its server is gone, and would hold what the next one needs.
      this.#signalSender('SIGKILL');
      this.#heldSender = undefined;
      await this.#promote(next);
    } finally {
      this.#address.leadTo(this.#options.memberPorts[this.#primary]);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.releaseReplication();
    await this.#watching;
    await this.#address.close();
  }

  #specOf(name: MemberName): ProcessSpec {
    const { memberPorts, logs } = this.#options;
    return postgresProcess({
      name,
      location: this.#locations[name],
      port: memberPorts[name],
      logs,
      prepare: () =>
        name === this.#primary
          ? ensureCluster(this.#locations[name], this.#options.databases)
          : this.#follow(name),
      changed: replicationSettings,
    });
  }

  /** Makes the member a fresh copy of the primary: whatever it was before, it may have what the primary has not. */
  async #follow(member: MemberName): Promise<void> {
    const giveUpAt = performance.now() + primaryWithinMs;
    while (!(await this.#copyPrimaryTo(member))) {
      if (performance.now() > giveUpAt)
        throw new Error(`${this.#primary} does not answer, so nothing can follow it`);
      await delay(100);
    }
  }

  async #copyPrimaryTo(member: MemberName): Promise<boolean | undefined> {
    const primary = this.#primary;
    const { port: source, password } = this.#server(primary);
    const follow = `host=${loopback} port=${source} user=${administrator} password=${password} application_name=${standbyName}`;
    return administer(this.#server(primary), async (client) => {
      if (await isStandby(client)) return false;
      await takeBaseBackup(client, this.#locations[primary], this.#locations[member], follow);
      return true;
    });
  }

  async #promote(member: MemberName): Promise<void> {
    const location = this.#locations[member];
    const wait = ['--wait', '--timeout=30'];
    await runToEnd(location, 'pg_ctl', ['promote', ...wait, '-D', dataFolderOf(location)]);
    // Nobody follows it yet, and a commit would wait for ever.
    await administer(this.#server(member), (client) => waitFor(client, ''));
  }

  /** Commits wait for a standby that is there; without one for a while, they do not. */
  async #watch(): Promise<void> {
    let watched: { readonly member: MemberName; readonly client: Client } | undefined;
    let seenAtMs = Number.NEGATIVE_INFINITY;
    while (!this.#isClosed) {
      await delay(lookEveryMs);
      try {
        if (watched?.member !== this.#primary) {
          await watched?.client.end();
          const member = this.#primary;
          const client = await connectTo(this.#server(member));
          watched = client && { member, client };
        }
        if (watched && (await isFollowed(watched.client))) seenAtMs = performance.now();
        this.#isInSync =
          watched !== undefined && (await this.#adjust(watched.client, performance.now() - seenAtMs));
      } catch {
        watched = undefined;
        this.#isInSync = false;
      }
    }
    await watched?.client.end().catch(() => {});
  }

  async #adjust(client: Client, unseenForMs: number): Promise<boolean> {
    if (this.#replication === 'asynchronous' || unseenForMs > patienceMs) await waitFor(client, '');
    else if (unseenForMs < lookEveryMs) await waitFor(client, standbyName);
    return isSynchronous(client);
  }

  #appoint(member: MemberName): void {
    this.#isInSync = false;
    this.#primary = member;
    appointPrimary(this.#options.location, member);
  }

  #server(member: MemberName): Server {
    const { memberPorts, location } = this.#options;
    return { port: memberPorts[member], password: passwordOf(location) };
  }

  #signalSender(signal: NodeJS.Signals): void {
    if (this.#heldSender !== undefined) signalIfAlive(this.#heldSender, signal);
  }
}
