import pg from 'pg';
import type { ConnectionAges } from './connection-ages.ts';
import type { PoolSettings } from './pool-settings.ts';

type GivenUpSettings = Pick<PoolSettings, 'url' | 'name' | 'pooler' | 'logger' | 'clock'>;

/** What pg's client has but its types do not (8.23: lib/client.js). */
interface ClientState {
  /** The process of the server that works for this connection. */
  readonly processID: number | null;
  /** False while the server works on a query. */
  readonly readyForQuery: boolean;
}

const stateOf = (client: pg.ClientBase) => client as unknown as ClientState;

interface GivenUp {
  readonly processId: number;
  readonly ageMs: () => number;
  readonly hasEnded: () => boolean;
  /** Gives the place in the pool back. */
  readonly free: () => void;
}

const sweepIntervalMs = 250;
const askTimeoutMs = 1000;
/** A pooler hides which process works for whom, so nobody can be asked. It bounds its own connections. */
const poolerPatienceMs = 60_000;

// A commit that waits for a standby is left alone: to cancel that wait shows rows that only this server has, so that
// they can be read and acknowledged, and are lost in a failover. A process with the same number that is younger than
// our connection is another one, e.g. of the server that was promoted. A process that has waited for a query for a
// while does not work: its answer, or our query, was lost on the way. It looks at its socket, so it ends when we close.
const cancelThem = `
  select pid, case when wait_event is distinct from 'SyncRep' then pg_cancel_backend(pid) end,
    wait_event = 'ClientRead' and clock_timestamp() - state_change > interval '250 milliseconds' as is_waiting
  from unnest($1::int[], $2::float8[]) as given_up (pid, age_ms)
  join pg_stat_activity using (pid)
  where extract(epoch from clock_timestamp() - backend_start) * 1000 >= age_ms`;

/**
 * Connections whose query was given up while the server still works on it. Closing one does not end that work: a
 * backend that waits for a lock, a disk or a standby does not look at its socket, and a pool that opens another
 * connection in its place fills the server. So each keeps its place in the pool until the server has answered, has
 * closed it, or says on a spare connection that the backend is gone or idle; meanwhile the work is cancelled there.
 */
export class GivenUpConnections {
  readonly #settings: GivenUpSettings;
  readonly #ages: ConnectionAges;
  readonly #ended = new WeakSet<pg.ClientBase>();
  readonly #waiting = new Set<GivenUp>();
  #isSweeping = false;
  #isClosed = false;
  #wake = () => {};

  constructor(settings: GivenUpSettings, ages: ConnectionAges) {
    this.#settings = settings;
    this.#ages = ages;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /** Must be told of every connection of the pool. */
  watch(client: pg.ClientBase): void {
    client.once('end', () => this.#ended.add(client));
  }

  /** Takes a connection out of use, and releases it to the pool once its backend is done or gone. */
  add(client: pg.PoolClient): void {
    const { processID, readyForQuery } = stateOf(client);
    const isAtWork = processID !== null && !readyForQuery && !this.#ended.has(client);
    if (!isAtWork || this.#isClosed) {
      client.release(true);
      return;
    }
    const free = () => {
      client.off('drain', free).off('end', free);
      if (this.#waiting.delete(givenUp)) client.release(true);
    };
    const givenUp = {
      processId: processID,
      ageMs: () => this.#ages.ageMs(client),
      hasEnded: () => this.#ended.has(client),
      free,
    };
    this.#waiting.add(givenUp);
    client.once('drain', free).once('end', free);
    if (this.#settings.pooler === 'none') void this.#sweep();
    else this.#settings.clock.setTimer(free, poolerPatienceMs, 'background');
  }

  /** Frees every place at once, since the process is about to end. */
  close(): void {
    this.#isClosed = true;
    for (const { free } of this.#waiting) free();
    this.#wake();
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#settings.logger.warn(
      {},
      'a query was given up: its connection counts until the server is done with it',
    );
    let spare: pg.Client | undefined;
    while (this.#waiting.size > 0) {
      try {
        spare ??= await this.#connect();
        await this.#askOn(spare);
      } catch (err) {
        this.#settings.logger.debug({ err }, 'can not ask for the queries that were given up');
        void spare?.end();
        spare = undefined;
      }
      if (this.#waiting.size > 0) await this.#pause();
    }
    this.#isSweeping = false;
    await spare?.end();
  }

  async #askOn(spare: pg.Client): Promise<void> {
    const asked = [...this.#waiting];
    const { rows } = await spare.query<{ pid: number; is_waiting: boolean | null }>(cancelThem, [
      asked.map(({ processId }) => processId),
      asked.map(({ ageMs }) => ageMs()),
    ]);
    const alive = new Set(rows.map(({ pid }) => pid));
    const gone = asked.filter(({ processId }) => !alive.has(processId));
    // Their sockets are open, so these processes belonged to another server, and so do those of other connections.
    if (gone.some(({ hasEnded }) => !hasEnded())) this.#ages.endAll();
    for (const { free } of gone) free();
    const waiting = new Set(rows.filter(({ is_waiting }) => is_waiting).map(({ pid }) => pid));
    for (const { processId, free } of asked) if (waiting.has(processId)) free();
  }

  // Not from the pool, which may be full of what has been given up.
  async #connect(): Promise<pg.Client> {
    const { url, name } = this.#settings;
    const client = new pg.Client({
      connectionString: url,
      application_name: `${name}-cancel`,
      connectionTimeoutMillis: askTimeoutMs,
      query_timeout: askTimeoutMs,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#settings.clock.setTimer(resolve, sweepIntervalMs, 'background');
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
