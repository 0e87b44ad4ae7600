import { type Clock, systemClock } from '@ballast/resilience/primitives';
import { neverThrowing } from '../never-throwing.ts';

/** The part of a logger that is needed; pino fits. */
export interface OutageLogger {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

// An error that comes and goes is one outage: it is over once the command has succeeded and not failed for this long.
const quietMs = 10_000;

const asCluster =
  'redis is a node of a cluster: give the cache a Cluster client of ioredis, or the address of a proxy';
const asCredentials =
  'redis does not accept the credentials, or not for this: check user name, password and ACL';

const advice = new Map([
  ...['MOVED', 'ASK', 'CROSSSLOT', 'CLUSTERDOWN', 'TRYAGAIN'].map((kind) => [kind, asCluster] as const),
  ...['NOAUTH', 'WRONGPASS', 'NOPERM'].map((kind) => [kind, asCredentials] as const),
  ['OOM', 'redis is full: raise its maxmemory, or let it evict (maxmemory-policy allkeys-lru)'],
  ['READONLY', 'redis is a read-only replica: give the address of the primary'],
]);

/** Reports each outage to the logger once: that of the connection, and each kind of error that commands fail with. */
export class OutageLog {
  readonly #clock: Clock;
  readonly #warn: (fields: object, message: string) => void;
  readonly #info: (fields: object, message: string) => void;
  /** The kinds of error that were reported in the outage of the connection; empty while there is none. */
  readonly #lostBy = new Set<string>();
  /** By kind of error the commands that fail with it, each with the time of its latest failure. */
  readonly #failing = new Map<string, Map<string, number>>();

  constructor(logger: OutageLogger, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#warn = neverThrowing((fields, message) => logger.warn(fields, message));
    this.#info = neverThrowing((fields, message) => logger.info(fields, message));
  }

  /** There is no connection, or not one that can be used. */
  lost(error: unknown): void {
    const kind = replyKind(error) ?? 'connection';
    if (this.#lostBy.has(kind)) return;
    const isFirst = this.#lostBy.size === 0;
    this.#lostBy.add(kind);
    const hint = advice.get(kind);
    const lost = hint ? `redis is lost, the cache goes on without it: ${hint}` : lostMessage;
    this.#warn({ err: withoutArguments(error) }, isFirst ? lost : (hint ?? lost));
  }

  ready(): void {
    if (this.#lostBy.size > 0) this.#info({}, 'redis is back');
    this.#lostBy.clear();
  }

  commandFailed(command: string, error: unknown): void {
    const kind = replyKind(error);
    // An entry of another type is somebody else's, and no error of Redis.
    if (kind === undefined || kind === 'WRONGTYPE') return;
    const failing = this.#failing.get(kind);
    if (failing) {
      failing.set(command, this.#clock.now());
      return;
    }
    this.#failing.set(kind, new Map([[command, this.#clock.now()]]));
    const message = advice.get(kind) ?? 'redis answers commands with an error, the cache goes on without it';
    this.#warn({ err: withoutArguments(error) }, message);
  }

  commandSucceeded(command: string): void {
    for (const [kind, failing] of this.#failing) {
      const failedAtMs = failing.get(command);
      // A node of a cluster has some of the keys: that it answers for those does not end anything.
      if (failedAtMs === undefined || advice.get(kind) === asCluster) continue;
      if (this.#clock.now() - failedAtMs < quietMs) continue;
      failing.delete(command);
      if (failing.size === 0) this.#failing.delete(kind);
    }
  }
}

const lostMessage = 'redis is lost, the cache goes on without it';

/** The first word of an error that Redis answered with, such as OOM. */
function replyKind(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? 'ERR';
}

/**
 * ioredis puts the command on its errors, and Redis quotes the arguments of one it does not know: among them are the
 * password of the handshake and the values that are cached.
 */
function withoutArguments(error: unknown): unknown {
  if (!(error instanceof Error) || !('command' in error)) return error;
  const { name, message } = error;
  const shown = new Error(message.replace(/, with args beginning with.*/s, ''));
  // Where it was made says nothing.
  shown.stack = `${name}: ${shown.message}`;
  return Object.defineProperty(shown, 'name', { value: name });
}
