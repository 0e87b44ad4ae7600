import type { RedisClient } from '../src/redis/redis-client.ts';

/** How the fake answers: normally, with an error reply, or never. */
export type Mood = 'well' | 'hanging' | { reply: string };

/** A Redis in memory; a test sets how it answers, for reads and writes apart. */
export class FakeRedis implements RedisClient {
  status = 'ready';
  reads: Mood = 'well';
  writes: Mood = 'well';
  sent = { reads: 0, writes: 0 };
  connects = 0;
  readonly data = new Map<string, string>();
  readonly ttlsMs = new Map<string, number>();
  readonly #hanging: (() => void)[] = [];

  async connect(): Promise<void> {
    this.connects += 1;
    this.status = 'connecting';
  }

  async getrange(key: string, start: number, end: number): Promise<string> {
    this.sent.reads += 1;
    await this.#answer(this.reads);
    const bytes = Buffer.from(this.data.get(key) ?? '').subarray(start, end + 1);
    return bytes.toString();
  }

  async set(key: string, value: string, _unit: 'PX', ttlMs: number, onlyIf?: 'NX'): Promise<'OK' | null> {
    this.sent.writes += 1;
    await this.#answer(this.writes);
    if (onlyIf && this.data.has(key)) return null;
    this.data.set(key, value);
    this.ttlsMs.set(key, ttlMs);
    return 'OK';
  }

  async unlink(key: string): Promise<number> {
    this.sent.writes += 1;
    await this.#answer(this.writes);
    return this.data.delete(key) ? 1 : 0;
  }

  /** Lets every hanging command go on. */
  releaseHanging(): void {
    for (const release of this.#hanging.splice(0)) release();
  }

  #answer(mood: Mood): Promise<void> {
    if (mood === 'well') return Promise.resolve();
    if (mood === 'hanging') return new Promise((resolve) => this.#hanging.push(resolve));
    return Promise.reject(new Error(mood.reply));
  }
}
