import { type BreakerState, BypassBreaker } from './bypass-breaker.ts';
import type { CacheEvent } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import type { Clock } from './clock.ts';
import type { RedisClient } from './redis-client.ts';
import { type Settled, settleWithin } from './settle-within.ts';

export interface RedisTierSnapshot {
  /** The client's own word for its connection, `ready` when usable. */
  status: string;
  breakers: { read: BreakerState; write: BreakerState };
  inFlight: number;
  maxConcurrent: number;
  /** Commands not sent: not connected, breaker open, or too many in flight. */
  bypassed: number;
  /** Commands that Redis or the connection refused. */
  errors: number;
  /** Commands given up after `redisTimeoutMs`. */
  timeouts: number;
}

export interface RedisTierOptions
  extends Pick<CacheSettings, 'redisTimeoutMs' | 'redisMaxConcurrent' | 'redisOpenMs' | 'redisMaxOpenMs'> {
  name: string;
  redis: RedisClient;
  clock: Clock;
  random: () => number;
  onEvent: (event: CacheEvent) => void;
}

/** Talks to Redis without ever failing or delaying a caller by more than `redisTimeoutMs`. */
export class RedisTier {
  readonly #options: RedisTierOptions;
  // Two, because a read-only or full Redis refuses every write and still answers reads.
  readonly #reads: BypassBreaker;
  readonly #writes: BypassBreaker;
  #inFlight = 0;
  #bypassed = 0;
  #errors = 0;
  #timeouts = 0;

  constructor(options: RedisTierOptions) {
    this.#options = options;
    this.#reads = this.#breaker('read');
    this.#writes = this.#breaker('write');
    this.#isReady(); // start connecting now, so that the first miss finds a connection
  }

  /** The text under `key`, at most `maxBytes + 1` long; `undefined` when absent or bypassed. */
  async read(key: string, maxBytes: number): Promise<string | undefined> {
    // GETRANGE, not GET: what somebody else put under our key may be 512 mb.
    const outcome = await this.#send(this.#reads, (redis) => redis.getrange(key, 0, maxBytes));
    if (outcome?.kind === 'failed' && isWrongType(outcome.error)) return 'WRONGTYPE';
    return outcome?.kind === 'done' && outcome.value !== '' ? outcome.value : undefined;
  }

  async write(key: string, text: string, ttlMs: number): Promise<void> {
    await this.#send(this.#writes, (redis) => redis.set(key, text, 'PX', ttlMs));
  }

  /** Whether nobody else has claimed `key` within `forMs`; also when Redis can't be asked, as then everybody must help themselves. */
  async claim(key: string, forMs: number): Promise<boolean> {
    const outcome = await this.#send(this.#writes, (redis) => redis.set(key, '', 'PX', forMs, 'NX'));
    return outcome?.kind !== 'done' || outcome.value !== null;
  }

  async remove(key: string): Promise<void> {
    await this.#send(this.#writes, (redis) => redis.unlink(key));
  }

  snapshot(): RedisTierSnapshot {
    return {
      status: this.#options.redis.status,
      breakers: { read: this.#reads.state, write: this.#writes.state },
      inFlight: this.#inFlight,
      maxConcurrent: this.#options.redisMaxConcurrent,
      bypassed: this.#bypassed,
      errors: this.#errors,
      timeouts: this.#timeouts,
    };
  }

  async #send<R>(
    breaker: BypassBreaker,
    command: (redis: RedisClient) => Promise<R>,
  ): Promise<Settled<R> | undefined> {
    const hasRoom = this.#isReady() && this.#inFlight < this.#options.redisMaxConcurrent;
    const report = hasRoom ? breaker.admit() : undefined;
    if (!report) {
      this.#bypassed += 1;
      return undefined;
    }
    const work = this.#track(command);
    const outcome = await settleWithin(work, this.#options.redisTimeoutMs, this.#options.clock);
    report(this.#failureOf(outcome));
    return outcome;
  }

  /** Holds its place until the command settles on the wire: one we stopped waiting for still burdens Redis. */
  async #track<R>(command: (redis: RedisClient) => Promise<R>): Promise<R> {
    this.#inFlight += 1;
    try {
      return await command(this.#options.redis);
    } finally {
      this.#inFlight -= 1;
    }
  }

  #failureOf(outcome: Settled<unknown>): string | undefined {
    if (outcome.kind === 'done') return undefined;
    if (outcome.kind === 'timeout') {
      this.#timeouts += 1;
      return `no answer within ${this.#options.redisTimeoutMs} ms`;
    }
    if (isWrongType(outcome.error)) return undefined; // Redis is fine, the entry is not ours
    this.#errors += 1;
    return String(outcome.error);
  }

  #isReady(): boolean {
    const { redis } = this.#options;
    if (redis.status === 'wait') redis.connect().catch(() => {}); // the client reports and retries on its own
    return redis.status === 'ready';
  }

  #breaker(operation: 'read' | 'write'): BypassBreaker {
    const { name, clock, random, redisOpenMs, redisMaxOpenMs, onEvent } = this.#options;
    return new BypassBreaker({
      openMs: redisOpenMs,
      maxOpenMs: redisMaxOpenMs,
      now: () => clock.now(),
      random,
      onTransition: (to, reason) =>
        onEvent({ type: 'redis.breaker', cache: name, at: clock.now(), operation, to, reason }),
    });
  }
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}
