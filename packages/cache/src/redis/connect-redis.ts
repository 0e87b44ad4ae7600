import type { ConnectionOptions } from 'node:tls';
import {
  aFunction,
  anObject,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
  text,
  withMethods,
  withPatch,
} from '@ballast/resilience/primitives';
import type { Redis } from 'ioredis';
import { CacheRedis } from './cache-redis.ts';
import { OutageLog, type OutageLogger } from './outage-log.ts';
import type { AskForCredentials } from './redis-credentials.ts';

export interface ConnectRedisOptions {
  /** Time to establish TCP, and time for `credentials` to answer. @default 2_000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Time for one command, the handshake included; the cache waits for less. @default 1_000 */
  readonly commandTimeoutMs?: number | undefined;
  /** A connection that owes an answer and stays silent this long is replaced. @default 2_000 */
  readonly silenceTimeoutMs?: number | undefined;
  /** This and the password go before those of the URL. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Asked anew for each connection, so that a rotated password needs no restart. Replaces the two above. */
  readonly credentials?: AskForCredentials | undefined;
  /** Of `node:tls`: a private CA, a client certificate, a server name. */
  readonly tls?: ConnectionOptions | undefined;
  /**
   * Gets one line when Redis is lost and one when it is back, and one per outage for each kind of error that Redis
   * answers with, saying what to do; pino fits.
   */
  readonly logger?: OutageLogger | undefined;
}

/** Defaults of {@link connectRedis}. */
export const redisDefaults: Readonly<
  Record<'connectTimeoutMs' | 'commandTimeoutMs' | 'silenceTimeoutMs', number>
> = { connectTimeoutMs: 2000, commandTimeoutMs: 1000, silenceTimeoutMs: 2000 };

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
  return new CacheRedis(
    url,
    {
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls }),
      connectTimeout: connectTimeoutMs,
      commandTimeout: commandTimeoutMs,
      socketTimeout: silenceTimeoutMs,
    },
    { log: logger && new OutageLog(logger), ask: credentials },
  );
}

function isRedisUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol);
}
