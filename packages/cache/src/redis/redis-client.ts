/** The part of an ioredis client the cache uses, so that a test or another client can stand in for it. */
export interface RedisClient {
  readonly status: string;
  connect(): unknown;
  getrange(key: string, start: number, end: number): Reply<string>;
  set(key: string, value: string, unit: 'PX', ttlMs: number): Reply<unknown>;
  /** Answers null when the key is there already. */
  set(key: string, value: string, unit: 'PX', ttlMs: number, onlyIf: 'NX'): Reply<unknown>;
  unlink(key: string): Reply<number>;
}

/** A client may answer at once. */
type Reply<R> = R | PromiseLike<R>;

/** One command to Redis. */
export type Command<R = unknown> = (redis: RedisClient) => Reply<R>;
