/** The part of an ioredis client the cache uses, so that a test or another client can stand in for it. */
export interface RedisClient {
  readonly status: string;
  connect(): Promise<unknown>;
  getrange(key: string, start: number, end: number): Promise<string>;
  set(key: string, value: string, unit: 'PX', ttlMs: number): Promise<unknown>;
  /** Answers null when the key is there already. */
  set(key: string, value: string, unit: 'PX', ttlMs: number, onlyIf: 'NX'): Promise<unknown>;
  unlink(key: string): Promise<number>;
}

/** One command to Redis. */
export type Command<R = unknown> = (redis: RedisClient) => Promise<R>;
