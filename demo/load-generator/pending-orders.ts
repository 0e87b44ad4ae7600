import type { ShopClient } from './shop-client.ts';
import type { LoadStats } from './stats.ts';

const maxFollowed = 20_000;
const lookupsPerRound = 50;

/** Follows orders that were accepted but not decided, until each is confirmed or rejected. */
export class PendingOrders {
  readonly #client: ShopClient;
  readonly #now: () => number;
  readonly #sinceMs = new Map<string, number>();
  #confirmed = 0;
  #rejected = 0;
  #missing = 0;

  constructor(client: ShopClient, now: () => number) {
    this.#client = client;
    this.#now = now;
  }

  follow(id: string): void {
    if (this.#sinceMs.size < maxFollowed) this.#sinceMs.set(id, this.#now());
  }

  /** Looks up the ones that were not looked up for longest. */
  async lookUp(): Promise<void> {
    const ids = [...this.#sinceMs.keys()].slice(0, lookupsPerRound);
    await Promise.all(ids.map((id) => this.#lookUpOne(id)));
  }

  snapshot(): LoadStats['pending'] {
    const oldest = Math.min(this.#now(), ...this.#sinceMs.values());
    const settled = { confirmed: this.#confirmed, rejected: this.#rejected, missing: this.#missing };
    return { open: this.#sinceMs.size, oldestMs: this.#now() - oldest, ...settled };
  }

  async #lookUpOne(id: string): Promise<void> {
    const reply = await this.#client.send({ method: 'GET', path: `/v1/orders/${id}` });
    if (reply.kind !== 'answer') return;
    const status =
      reply.status === 200 ? (reply.body as { status?: unknown } | undefined)?.status : undefined;
    if (status === 'confirmed') this.#confirmed += 1;
    else if (status === 'rejected') this.#rejected += 1;
    else if (reply.status === 404) this.#missing += 1;
    else return this.#moveToTheEnd(id);
    this.#sinceMs.delete(id);
  }

  #moveToTheEnd(id: string): void {
    const sinceMs = this.#sinceMs.get(id) as number;
    this.#sinceMs.delete(id);
    this.#sinceMs.set(id, sinceMs);
  }
}
