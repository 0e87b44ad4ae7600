import { randomUUID } from 'node:crypto';
import { type Cache, connectRedis } from '@ballast/cache';
import { type OperationsOptions, systemClock } from '@ballast/resilience';
import { type Clock, type Random, wallClock } from '@ballast/resilience/primitives';
import type { HttpDispatcher, Logger } from '@ballast/service-kit';

/** The time and the chance that a guarded dependency goes by. */
export type Timing = Pick<OperationsOptions, 'clock' | 'random'>;

export interface RecommendationOptions extends Timing {
  readonly cache: Cache<string[]>;
  readonly isEnabled: () => boolean;
}

/** What orders takes from the machine that it runs on, so that a simulation can stand in for the machine. */
export interface Environment {
  /** For durations. */
  readonly clock: Clock;
  /** For moments that others read too. */
  readonly wallClock: Clock;
  readonly random: Random;
  readonly newOrderId: () => string;
  readonly redisAt: (url: string, logger: Logger) => RedisConnection;
  /** Sends the requests to a service in place of a pool of connections. */
  readonly dispatcherTo?: (service: string) => HttpDispatcher;
}

type RedisConnection = Pick<
  ReturnType<typeof connectRedis>,
  'status' | 'connect' | 'getrange' | 'set' | 'unlink' | 'disconnect'
>;

/** The process itself. */
export const ownEnvironment: Environment = {
  clock: systemClock,
  wallClock,
  random: Math.random,
  newOrderId: randomUUID,
  redisAt: (url, logger) => connectRedis(url, { logger }),
};
