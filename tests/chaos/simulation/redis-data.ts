type Entry = { readonly value: string; readonly endsAtMs: number };

/** What a Redis holds. A crash takes it all. */
export class RedisData {
  readonly #entries = new Map<string, Entry>();

  get(key: string, nowMs: number): string {
    const entry = this.#entries.get(key);
    return entry && entry.endsAtMs > nowMs ? entry.value : '';
  }

  set(key: string, value: string, { endsAtMs, nowMs, onlyNew }: SetOptions): 'OK' | null {
    if (onlyNew && this.get(key, nowMs) !== '') return null;
    this.#entries.set(key, { value, endsAtMs });
    return 'OK';
  }

  unlink(key: string): number {
    return this.#entries.delete(key) ? 1 : 0;
  }

  clear(): void {
    this.#entries.clear();
  }
}

type SetOptions = { readonly endsAtMs: number; readonly nowMs: number; readonly onlyNew: boolean };
