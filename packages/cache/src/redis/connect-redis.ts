import type { ConnectionOptions } from 'node:tls';
import {
  aFunction,
  anObject,
  backoffMs,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
  text,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import { Redis } from 'ioredis';

export interface ConnectRedisOptions {
  /** Time to establish TCP. @default 2_000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Time for one command, the handshake included; the cache waits for less. @default 1_000 */
  readonly commandTimeoutMs?: number | undefined;
  /** A connection that owes an answer and stays silent this long is replaced. @default 2_000 */
  readonly silenceTimeoutMs?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Asked anew for each connection, so that a rotated password needs no restart. Replaces the two above. */
  readonly credentials?: (() => RedisCredentials | PromiseLike<RedisCredentials>) | undefined;
  /** Of `node:tls`: a private CA, a client certificate, a server name. */
  readonly tls?: ConnectionOptions | undefined;
  /**
   * Gets one line when Redis is lost and one when it is back, and one for each kind of error that Redis answers
   * commands with, once per connection; pino fits.
   */
  readonly logger?:
    | {
        warn(fields: object, message: string): void;
        info(fields: object, message: string): void;
      }
    | undefined;
}

export interface RedisCredentials {
  readonly username?: string | undefined;
  readonly password: string;
}

/** Defaults of {@link connectRedis}. */
export const redisDefaults: Readonly<
  Record<'connectTimeoutMs' | 'commandTimeoutMs' | 'silenceTimeoutMs', number>
> = { connectTimeoutMs: 2000, commandTimeoutMs: 1000, silenceTimeoutMs: 2000 };

const reconnecting = { baseDelayMs: 50, maxDelayMs: 2000, jitter: 'equal' } as const;

// The value is never shown, because it may hold a password.
const redisUrl: Rule = { expected: 'redis://... or rediss://...', accepts: isRedisUrl, isSecret: true };

const rules: Readonly<Record<keyof ConnectRedisOptions, Rule>> = {
  connectTimeoutMs: integer(1, longestTimerMs),
  commandTimeoutMs: integer(1, longestTimerMs),
  silenceTimeoutMs: integer(1, longestTimerMs),
  username: { ...text, isSecret: true },
  password: { ...text, isSecret: true },
  credentials: { ...aFunction, isSecret: true },
  tls: { ...anObject, isSecret: true },
  logger: withMethods('a logger with warn() and info()', 'warn', 'info'),
};

/**
 * An ioredis client made for a cache: connects on first use, fails at once while there is no connection, reconnects for
 * ever, and never emits an unhandled `error`. Close it with `disconnect()`; `quit()` waits for a Redis that may hang.
 *
 * @throws {InvalidOptionError} when `url` is not `redis://` or `rediss://`, or an option is wrong or unknown
 */
export function connectRedis(url: string, options: ConnectRedisOptions = {}): Redis {
  checkArgument('connectRedis', 'url', url, redisUrl);
  checkOptions('connectRedis', options, rules);
  const { logger, username, password, credentials, tls, ...given } = options;
  const { connectTimeoutMs, commandTimeoutMs, silenceTimeoutMs } = withPatch(redisDefaults, given, rules);
  const redis = new Redis(url, {
    lazyConnect: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    // The defaults queue up to 20 reconnects long: a dead Redis would become latency, then a burst when it returns.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // 0, not 1: with resending off, ioredis 6 drops the commands that a retry would keep, and they never settle.
    maxRetriesPerRequest: 0,
    retryStrategy: (failures) => backoffMs(reconnecting, failures),
    // After a failover the address may lead to the new primary, but only for a new connection.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  reportOutages(redis, logger);
  reportErrorAnswers(redis, logger);
  if (credentials) askForCredentials(redis, credentials);
  return redis;
}

function isRedisUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol);
}

/** ioredis emits an error per reconnect; an outage is one event. */
function reportOutages(redis: Redis, logger: ConnectRedisOptions['logger']): void {
  let isLost = false;
  redis.on('error', (error: Error) => {
    if (!isLost) logger?.warn({ err: error }, 'redis is lost, the cache goes on without it');
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) logger?.info({}, 'redis is back');
    isLost = false;
  });
}

/** ioredis reports no error that a command is answered with, and a cache goes on without its answer. */
function reportErrorAnswers(redis: Redis, logger: ConnectRedisOptions['logger']): void {
  const reported = new Set<string>();
  redis.on('ready', () => reported.clear());
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    command.promise.catch((error: unknown) => {
      const kind =
        error instanceof Error && error.name === 'ReplyError' ? error.message.split(' ', 1)[0] : '';
      // An entry of another type is somebody else's, and no error of Redis.
      if (!kind || kind === 'WRONGTYPE' || reported.has(kind)) return;
      reported.add(kind);
      logger?.warn({ err: error }, adviceFor(kind));
    });
    return send(command, stream);
  };
}

function adviceFor(kind: string): string {
  return ['MOVED', 'ASK', 'CROSSSLOT', 'CLUSTERDOWN'].includes(kind)
    ? 'redis is a node of a cluster: give the cache a Cluster client of ioredis, or the address of a proxy'
    : 'redis answers commands with an error, the cache goes on without it';
}

/** ioredis reads the credentials when it connects, so each connection begins by asking for them. */
function askForCredentials(redis: Redis, ask: NonNullable<ConnectRedisOptions['credentials']>): void {
  const connect = redis.connect.bind(redis);
  let asking: Promise<void> | undefined;
  let failures = 0;

  async function connectWithCredentials(): Promise<void> {
    try {
      const { username, password } = await ask();
      Object.assign(redis.options, { username, password });
      failures = 0;
    } catch (error) {
      redis.emit('error', error);
      const retry = () => redis.status !== 'end' && redis.connect().catch(() => {});
      setTimeout(retry, backoffMs(reconnecting, ++failures)).unref();
      throw error;
    }
    return connect();
  }

  redis.connect = () => {
    asking ??= connectWithCredentials().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
