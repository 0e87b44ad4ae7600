import { Redis } from 'ioredis';
import { InvalidOptionError } from './cache-errors.ts';
import { maxTimerMs, numberIn } from './number-in.ts';

export interface ConnectRedisOptions {
  /** Time to establish TCP. @default 2_000 */
  connectTimeoutMs?: number | undefined;
  /** Time for one command, the handshake included; the cache waits for less. @default 1_000 */
  commandTimeoutMs?: number | undefined;
  /** A connection that owes an answer and stays silent this long is replaced. @default 2_000 */
  silenceTimeoutMs?: number | undefined;
  /** One line when Redis is lost and one when it is back; pino fits. */
  logger?: {
    warn(fields: object, message: string): void;
    info(fields: object, message: string): void;
  };
}

/** Defaults of {@link connectRedis}. */
export const redisDefaults = {
  connectTimeoutMs: 2000,
  commandTimeoutMs: 1000,
  silenceTimeoutMs: 2000,
} as const;

const maxReconnectDelayMs = 2000;

/**
 * An ioredis client made for a cache: connects on first use, fails at once while there is no connection, reconnects for
 * ever, and never emits an unhandled `error`. Close it with `disconnect()`; `quit()` waits for a Redis that may hang.
 *
 * @throws InvalidOptionError when `url` is not `redis://` or `rediss://`, or a time is out of range.
 */
export function connectRedis(url: string, options: ConnectRedisOptions = {}): Redis {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    // Not repeated: it may hold a password.
    throw new InvalidOptionError('connectRedis', { option: 'url', expected: 'redis://... or rediss://...' });
  }
  const timeoutMs = (option: keyof typeof redisDefaults) =>
    numberIn([1, maxTimerMs], 'connectRedis', option, options[option] ?? redisDefaults[option]);
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs('connectTimeoutMs'),
    commandTimeout: timeoutMs('commandTimeoutMs'),
    socketTimeout: timeoutMs('silenceTimeoutMs'),
    // The defaults queue up to 20 reconnects long: a dead Redis would become latency, then a burst when it returns.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // 0, not 1: with resending off, ioredis 6 drops the commands that a retry would keep, and they never settle.
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) =>
      Math.min(50 * 2 ** (attempt - 1), maxReconnectDelayMs) * (0.5 + Math.random() / 2),
    // After a failover the address may lead to the new primary, but only for a new connection.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  reportOutages(redis, options.logger);
  return redis;
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
