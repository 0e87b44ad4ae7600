import type { Reply, ShopClient } from './shop-client.ts';
import type { LoadStats } from './stats.ts';

const maxFollowed = 20_000;
const lookupsAtOnce = 5;
const maxLookupsPerRound = 100;

/** Follows orders that were accepted but not decided, until each is confirmed or rejected. */
export class PendingOrders {
  readonly #client: ShopClient;
  readonly #now: () => number;
  readonly #sinceMs = new Map<string, number>();
  #confirmed = 0;
  #rejected = 0;
  #missing = 0;
  #isLooking = false;

  constructor(client: ShopClient, now: () => number) {
    this.#client = client;
    this.#now = now;
  }

  follow(id: string): void {
    if (this.#sinceMs.size < maxFollowed) this.#sinceMs.set(id, this.#now());
  }

  /**
   * Looks up the ones that were not looked up for longest: a few while nothing settles, more as long as they do. Asking
   * for all of them all the time would be more traffic than the orders themselves.
   */
  async lookUp(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (let looked = 0; looked < maxLookupsPerRound; looked += lookupsAtOnce) {
      const ids = [...this.#sinceMs.keys()].slice(0, lookupsAtOnce);
      const settled = await Promise.all(ids.map((id) => this.#lookUpOne(id)));
      if (settled.filter(Boolean).length <= ids.length / 2) break;
    }
    this.#isLooking = false;
  }

  snapshot(): LoadStats['pending'] {
    const oldest = Math.min(this.#now(), ...this.#sinceMs.values());
    const settled = { confirmed: this.#confirmed, rejected: this.#rejected, missing: this.#missing };
    return { open: this.#sinceMs.size, oldestMs: this.#now() - oldest, ...settled };
  }

  /** Whether it is settled now. */
  async #lookUpOne(id: string): Promise<boolean> {
    const sinceMs = this.#sinceMs.get(id) as number;
    const reply = await this.#client.send({ method: 'GET', path: `/v1/orders/${id}` });
    this.#sinceMs.delete(id);
    if (this.#count(reply)) return true;
    // Back to the end of the queue.
    this.#sinceMs.set(id, sinceMs);
    return false;
  }

  #count(reply: Reply): boolean {
    if (reply.kind !== 'answer') return false;
    const status =
      reply.status === 200 ? (reply.body as { status?: unknown } | undefined)?.status : undefined;
    if (status === 'confirmed') this.#confirmed += 1;
    else if (status === 'rejected') this.#rejected += 1;
    else if (reply.status === 404) this.#missing += 1;
    else return false;
    return true;
  }
}
