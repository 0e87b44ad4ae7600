import type { BreakerState, Dependency, DependencySnapshot } from '@ballast/resilience';
import { ignoreRejection } from '@ballast/resilience/primitives';
import type { Command, RedisClient } from './redis-client.ts';
import { type RedisGuard, type RedisGuardOptions, RedisOperation, redisCommands } from './redis-guard.ts';

/** Cumulative since the cache was made; JSON-safe. */
export interface RedisTierSnapshot {
  /** The client's own word for its connection, `ready` when usable. */
  readonly status: string;
  readonly breakers: { readonly read: BreakerState; readonly write: BreakerState };
  readonly inFlight: number;
  readonly maxConcurrent: number;
  /** Commands that were wanted, and those of them that Redis answered in time. */
  readonly calls: { readonly total: number; readonly live: number };
  /** Of the commands that Redis answered in the last ten seconds. */
  readonly latencyMs: DependencySnapshot['latencyMs'];
  /** Commands not sent: not connected, breaker open, or too many in flight. */
  readonly bypassed: number;
  /** Commands that Redis or the connection failed. */
  readonly errors: number;
  /** Commands given up after `redisTimeoutMs`. */
  readonly timeouts: number;
}

// What a read finds where somebody has put a value of another type: no JSON, so it is rejected like other foreign text.
const foreignType = 'WRONGTYPE';

/** Talks to Redis without ever failing or delaying a caller by more than `redisTimeoutMs`. */
export class RedisTier {
  readonly #redis: RedisClient;
  readonly #commands: Dependency<Command, unknown>;
  readonly #reads: RedisOperation;
  readonly #writes: RedisOperation;
  readonly #maxConcurrent: number;
  #notConnected = 0;

  constructor(options: RedisGuardOptions) {
    this.#redis = options.redis;
    this.#maxConcurrent = options.redisMaxConcurrent;
    this.#commands = redisCommands(options);
    this.#reads = new RedisOperation('read', this.#commands, options);
    this.#writes = new RedisOperation('write', this.#commands, options);
    this.#isReady(); // starts connecting now, so that the first miss finds a connection
  }

  /** The guards before the reads and the writes. */
  get guards(): readonly RedisGuard[] {
    return [this.#reads.guard, this.#writes.guard];
  }

  /** The text under `key`, at most `maxBytes + 1` long; `undefined` when absent or bypassed. */
  async read(key: string, maxBytes: number): Promise<string | undefined> {
    // GETRANGE, not GET: what somebody else put under our key may be 512 MB.
    const text = await this.#send(this.#reads, (redis) => textOrForeign(redis.getrange(key, 0, maxBytes)));
    return text === '' ? undefined : text;
  }

  async write(key: string, text: string, ttlMs: number): Promise<void> {
    await this.#send(this.#writes, (redis) => redis.set(key, text, 'PX', ttlMs));
  }

  /**
   * Whether nobody else has claimed `key` within `forMs`; true as well when Redis can't be asked, since then each
   * replica must refresh on its own.
   */
  async claim(key: string, forMs: number): Promise<boolean> {
    return (await this.#send(this.#writes, (redis) => redis.set(key, '', 'PX', forMs, 'NX'))) !== null;
  }

  async remove(key: string): Promise<void> {
    await this.#send(this.#writes, (redis) => redis.unlink(key));
  }

  snapshot(): RedisTierSnapshot {
    const commands = this.#commands.snapshot();
    const [read, write] = [this.#reads.guard.snapshot(), this.#writes.guard.snapshot()];
    const rejected = read.outcomes.rejected + write.outcomes.rejected + commands.outcomes.rejected;
    return {
      status: this.#status,
      breakers: { read: read.policies.breaker.state, write: write.policies.breaker.state },
      inFlight: commands.policies.bulkhead.inFlight,
      maxConcurrent: this.#maxConcurrent,
      calls: {
        total: read.calls.total + write.calls.total + this.#notConnected,
        live: read.calls.live + write.calls.live,
      },
      latencyMs: commands.latencyMs,
      bypassed: this.#notConnected + rejected,
      errors: this.#reads.errors + this.#writes.errors,
      timeouts: read.outcomes.timeout + write.outcomes.timeout,
    };
  }

  // A command without a connection is not sent at all: an outage of the connection says nothing about the Redis behind
  // the next one.
  async #send<R>(operation: RedisOperation, command: Command<R>): Promise<R | undefined> {
    if (this.#isReady()) return operation.send(command);
    this.#notConnected += 1;
    return undefined;
  }

  #isReady(): boolean {
    if (this.#status === 'wait') this.#connect();
    return this.#status === 'ready';
  }

  #connect(): void {
    try {
      ignoreRejection(this.#redis.connect());
    } catch {
      // Like a rejection: it is reported by the client, which tries again on its own.
    }
  }

  get #status(): string {
    try {
      return String(this.#redis.status);
    } catch {
      return 'unknown';
    }
  }
}

/** An entry of another type is no failure of Redis. */
async function textOrForeign(reply: string | PromiseLike<string>): Promise<string> {
  try {
    const text: unknown = (await reply) ?? ''; // some clients say null for what is absent
    if (text instanceof Uint8Array) return Buffer.from(text).toString();
    return typeof text === 'string' ? text : foreignType;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return foreignType;
    throw error;
  }
}
