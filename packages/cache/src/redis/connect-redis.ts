import {
  backoffMs,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
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
  /** Gets one line when Redis is lost and one when it is back; pino fits. */
  readonly logger?:
    | {
        warn(fields: object, message: string): void;
        info(fields: object, message: string): void;
      }
    | undefined;
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
  const { logger, ...given } = options;
  const { connectTimeoutMs, commandTimeoutMs, silenceTimeoutMs } = withPatch(redisDefaults, given, rules);
  const redis = new Redis(url, {
    lazyConnect: true,
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
