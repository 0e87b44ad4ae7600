import type { Environment } from '@ballast/orders/simulation';
import type { Machine, Process } from './machine.ts';
import type { SimulatedSystem } from './simulated-system.ts';

type Client = ReturnType<Environment['redisAt']>;
const reconnectEveryMs = 100;

/** An ioredis client as `connectRedis` makes it: it fails at once while there is no connection, and tries for ever. */
export function redisClient(system: SimulatedSystem, process: Process): Client {
  const { redis, redisData } = system;
  let status = 'wait';

  async function ask<T>(what: string, act: (machine: Machine) => T): Promise<T> {
    if (status !== 'ready') throw new Error("Stream isn't writeable and enableOfflineQueue options is false");
    const link = { ...system.redisLink, timeoutMs: 1000 };
    try {
      return await process.call(redis, link, async () => act(redis), { what, to: 'redis' });
    } catch (error) {
      if (!redis.up) connect();
      throw error;
    }
  }

  async function connect(): Promise<void> {
    status = 'connecting';
    const link = { ...system.redisLink, timeoutMs: 2000 };
    await process
      .call(redis, link, async () => {}, { what: 'connect', to: 'redis', isIdle: () => true })
      .then(
        () => {
          status = 'ready';
        },
        () => {
          status = 'reconnecting';
          process.setTimer(connect, reconnectEveryMs);
        },
      );
  }

  const set = (key: string, value: string, _unit: 'PX', ttlMs: number, onlyIf?: 'NX') =>
    ask('set', ({ now }) => {
      const nowMs = now.call(redis);
      return redisData.set(key, value, { endsAtMs: nowMs + ttlMs, nowMs, onlyNew: onlyIf === 'NX' });
    });
  return {
    get status() {
      return status;
    },
    connect,
    getrange: (key: string, start: number, end: number) =>
      ask('getrange', () => redisData.get(key, redis.now()).slice(start, end + 1)),
    set,
    unlink: (key: string) => ask('unlink', () => redisData.unlink(key)),
    disconnect() {},
  } as unknown as Client;
}
