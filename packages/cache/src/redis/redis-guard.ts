import {
  type BreakerState,
  type Clock,
  type Dependency,
  defaultAnswer,
  dependency,
  type Random,
  RejectedError,
  type ResilienceEvent,
  standardPolicy,
} from '@ballast/resilience';
import type { Command, RedisClient } from './redis-client.ts';

export interface RedisSettings {
  /** The most a Redis command may delay a caller. @default 50 */
  readonly redisTimeoutMs: number;
  /** Redis commands in flight, reads and writes together; beyond that Redis is bypassed. @default 64 */
  readonly redisMaxConcurrent: number;
  /** First time Redis is left alone after it failed, jittered by half; doubles to `redisMaxOpenMs`. @default 1_000 */
  readonly redisOpenMs: number;
  /** Longest time Redis is left alone before it is tried again. @default 10_000 */
  readonly redisMaxOpenMs: number;
}

export const redisTierDefaults: RedisSettings = {
  redisTimeoutMs: 50,
  redisMaxConcurrent: 64,
  redisOpenMs: 1000,
  redisMaxOpenMs: 10_000,
};

/** The breaker of the reads or of the writes has changed its state. `at` is the clock's time in milliseconds. */
export interface RedisBreakerEvent {
  readonly type: 'redis.breaker';
  readonly cache: string;
  readonly at: number;
  readonly operation: 'read' | 'write';
  readonly to: BreakerState;
  readonly reason: string;
  /** What the latest failed command said. */
  readonly lastError: string | undefined;
}

export interface RedisGuardOptions extends RedisSettings {
  readonly name: string;
  readonly redis: RedisClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: (event: RedisBreakerEvent) => void;
}

/** The guard before the reads or the writes of Redis, to be observed like any other dependency. */
export type RedisGuard = Pick<Dependency<never, unknown>, 'name' | 'snapshot' | 'onEvent' | 'carryContext'>;

const off = { enabled: false };

// A short window, so that a Redis that fails under load is bypassed within a second; five commands, so that a quiet
// cache finds out as well.
const breakerWindow = { windowMs: 2000, minCalls: 5, failureRatio: 0.5 };

// Redis either answers or does not: when one probe has succeeded, the ramp need not take any time.
const breakerRecovery = { probes: 1, rampStageMs: 0 };

/**
 * Every command of a cache passes here, reads and writes alike: this bounds what Redis has to do at once. A permit
 * comes back when the command settles on the wire, because a command that nobody waits for still burdens Redis.
 */
export function redisCommands(options: RedisGuardOptions): Dependency<Command, unknown> {
  const { name, redis, redisMaxConcurrent, clock, random } = options;
  return dependency<Command, unknown>({
    name: `redis:${name}`,
    policy: standardPolicy({
      bulkhead: { maxConcurrent: redisMaxConcurrent, maxQueue: 0 },
      deadline: off,
      retry: off,
      breaker: off,
      timeout: off,
    }),
    // Async, since a client may answer at once.
    call: async (command) => command(redis),
    clock,
    random,
  });
}

/**
 * The reads or the writes: sends commands within `redisTimeoutMs` each, and stops sending them while Redis fails or is
 * slow. Reads and writes have one each, because a read-only or a full Redis fails every write and still answers reads.
 */
export class RedisOperation {
  readonly guard: Dependency<Command, unknown>;
  /** Commands that Redis or the connection failed. */
  errors = 0;
  readonly #operation: 'read' | 'write';
  readonly #commands: Dependency<Command, unknown>;
  readonly #options: RedisGuardOptions;
  #lastError: string | undefined;

  constructor(
    operation: 'read' | 'write',
    commands: Dependency<Command, unknown>,
    options: RedisGuardOptions,
  ) {
    this.#operation = operation;
    this.#commands = commands;
    this.#options = options;
    this.guard = dependency<Command, unknown>({
      name: `${commands.name}:${operation}`,
      policy: policyOf(options),
      call: (command) => this.#run(command),
      // Not an error: a bypass must cost less than what it avoids.
      degrade: [defaultAnswer(() => undefined)],
      clock: options.clock,
      random: options.random,
    });
    this.guard.onEvent((event) => this.#hear(event));
  }

  /** The command's answer; undefined when it failed, was late, or was not sent. */
  async send<R>(command: Command<R>): Promise<R | undefined> {
    return (await this.guard.call(command)).value as R | undefined;
  }

  async #run(command: Command): Promise<unknown> {
    try {
      return (await this.#commands.call(command)).value;
    } catch (error) {
      if (!(error instanceof RejectedError)) this.#lastError = String(error);
      throw error;
    }
  }

  #hear(event: ResilienceEvent): void {
    if (event.type === 'breaker.transition') this.#report(event);
    if (event.type !== 'attempt') return;
    if (event.outcome === 'timeout') this.#lastError = `no answer within ${this.#options.redisTimeoutMs} ms`;
    if (event.outcome === 'failure' && event.errorCode !== 'E_BULKHEAD_FULL') this.errors += 1;
  }

  #report({ at, to, reason }: ResilienceEvent & { readonly type: 'breaker.transition' }): void {
    const [cache, operation, lastError] = [this.#options.name, this.#operation, this.#lastError];
    this.#options.onEvent({ type: 'redis.breaker', cache, at, operation, to, reason, lastError });
  }
}

function policyOf({ redisTimeoutMs, redisOpenMs, redisMaxOpenMs }: RedisSettings) {
  return standardPolicy({
    deadline: off,
    bulkhead: off,
    retry: off,
    attemptTimeoutMs: redisTimeoutMs,
    breaker: {
      ...breakerWindow,
      ...breakerRecovery,
      // Half of the time is certain and half is left to chance, so that replicas do not probe together.
      openMs: Math.ceil(redisOpenMs / 2),
      openJitterRatio: 1,
      maxOpenMs: redisMaxOpenMs,
    },
  });
}
