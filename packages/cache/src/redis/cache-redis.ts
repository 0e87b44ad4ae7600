import { backoffMs, ignoreRejection } from '@ballast/resilience/primitives';
import { Redis, type RedisOptions } from 'ioredis';
import type { OutageLog } from './outage-log.ts';
import { type AskForCredentials, credentialsWithin } from './redis-credentials.ts';

const reconnecting = { baseDelayMs: 50, maxDelayMs: 2000, jitter: 'equal' } as const;

type Given = 'username' | 'password' | 'tls' | 'commandTimeout' | 'socketTimeout';

export interface CacheRedisOptions extends Pick<RedisOptions, Given> {
  readonly connectTimeout: number;
}

export interface CacheRedisParts {
  readonly log: OutageLog | undefined;
  readonly ask: AskForCredentials | undefined;
}

/** An ioredis client that asks for its credentials before each connection, and reports its outages once each. */
export class CacheRedis extends Redis {
  readonly #log: OutageLog | undefined;
  readonly #ask: AskForCredentials | undefined;
  readonly #askTimeoutMs: number;
  /** The connection that begins with asking, until it has begun or is to be tried again. */
  #beginning: Promise<void> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Grows with each `disconnect()`, so that what was begun before does not go on. */
  #session = 0;

  constructor(url: string, options: CacheRedisOptions, { log, ask }: CacheRedisParts) {
    super(url, {
      ...options,
      lazyConnect: true,
      // The defaults queue up to 20 reconnects long: a dead Redis would become latency, then a burst when it returns.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // 0, not 1: with resending off, ioredis 6 drops the commands that a retry would keep, and they never settle.
      maxRetriesPerRequest: 0,
      retryStrategy: (failures) => backoffMs(reconnecting, failures),
      // After a failover the address may lead to the new primary, but only for a new connection.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    // ioredis takes those of the URL when there are both.
    const { username = this.options.username, password = this.options.password } = options;
    Object.assign(this.options, { username, password });
    this.#log = log;
    this.#ask = ask;
    this.#askTimeoutMs = options.connectTimeout;
    // Without a listener ioredis writes its errors to the console.
    this.on('error', (error: unknown) => log?.lost(error));
    this.on('ready', () => log?.ready());
  }

  override connect(): Promise<void> {
    const isUnderWay = ['connecting', 'connect', 'ready'].includes(this.status);
    if (this.#ask === undefined || isUnderWay) return super.connect();
    this.#beginning ??= this.#connectAs(this.#ask);
    return this.#beginning;
  }

  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.#session += 1;
      this.#beginning = undefined;
      clearTimeout(this.#retryTimer);
    }
    super.disconnect(reconnect);
  }

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    // Before that it is the handshake, whose errors end the connection and are reported as its loss.
    if (this.#log && this.status === 'ready') this.#observe(this.#log, args[0]);
    return super.sendCommand(...args);
  }

  /** ioredis reports no error that a command is answered with, and a cache goes on without its answer. */
  #observe(log: OutageLog, { name, promise }: Parameters<Redis['sendCommand']>[0]): void {
    promise.then(
      () => log.commandSucceeded(name),
      (error: unknown) => log.commandFailed(name, error),
    );
  }

  async #connectAs(ask: AskForCredentials): Promise<void> {
    const session = this.#session;
    try {
      const { username, password } = await credentialsWithin(this.#askTimeoutMs, ask);
      if (session === this.#session) Object.assign(this.options, { username, password });
    } catch (error) {
      if (session === this.#session) this.#retryLater(error);
      throw error;
    }
    if (session !== this.#session) throw new Error('Redis was disconnected while credentials() was awaited');
    this.#beginning = undefined;
    this.#failures = 0;
    return super.connect();
  }

  /** Until then every `connect()` gets the same rejection, so that no caller asks the vault in its outage. */
  #retryLater(error: unknown): void {
    this.#failures += 1;
    this.#retryTimer = setTimeout(
      () => {
        this.#beginning = undefined;
        ignoreRejection(this.connect());
      },
      backoffMs(reconnecting, this.#failures),
    ).unref();
    this.emit('error', error);
  }
}
