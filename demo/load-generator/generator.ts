import { type Clock, systemClock } from '@ballast/resilience/primitives';
import { type Arrivals, createArrivals } from './arrivals.ts';
import { classifyReply } from './classify-reply.ts';
import { atTheCustomer } from './customer-deadline.ts';
import { PendingOrders } from './pending-orders.ts';
import { placeOrder } from './place-order.ts';
import { createResendBudget } from './resend-budget.ts';
import type { Reply, ShopClient } from './shop-client.ts';
import { pickCustomer, pickOrder } from './shopping.ts';
import { type LoadStats, maxRecentOrders, type Rate, type RecentOrder } from './stats.ts';
import { degradedShareOf, TrafficCounter } from './traffic-counter.ts';

/** With more requests waiting, the generator would measure itself and not the system. */
const maxInFlight = 2000;
/** An order that is due for longer (the generator was stopped) is not sent any more. */
const maxLagMs = 2000;
const lookUpEveryMs = 250;

/** Customers of the shop, and counts of what happened to them. */
export class Generator {
  readonly #client: ShopClient;
  readonly #clock: Clock;
  readonly #orders = new TrafficCounter();
  readonly #reads = new TrafficCounter();
  readonly #pending: PendingOrders;
  readonly #budget = createResendBudget();
  readonly #recent: RecentOrder[] = [];
  readonly #orderArrivals: Arrivals;
  readonly #readArrivals: Arrivals;
  #skus: readonly string[] = [];
  #statuses: Record<string, number> = {};
  #rate: Rate = { ordersPerSecond: 0, readsPerSecond: 0 };
  #inFlight = 0;
  #notSent = 0;
  #lagMs = 0;
  readonly #resends = { inSecond: 0, total: 0 };

  constructor(client: ShopClient, clock: Clock = systemClock) {
    this.#client = client;
    this.#clock = clock;
    this.#orderArrivals = this.#arrivals((at) => this.#order(at), this.#orders);
    this.#readArrivals = this.#arrivals((at) => this.#read(at), this.#reads);
    this.#pending = new PendingOrders(client, Date.now);
    setInterval(() => this.#pending.lookUp(), lookUpEveryMs);
  }

  /** What can be bought from now on; no order is placed before the first offer. */
  offer(skus: readonly string[]): void {
    const isOpening = this.#skus.length === 0;
    this.#skus = skus;
    if (isOpening) this.setRate(this.#rate);
  }

  get rate(): Rate {
    return this.#rate;
  }

  setRate(rate: Rate): void {
    this.#rate = rate;
    if (this.#skus.length === 0) return;
    this.#orderArrivals.setRate(rate.ordersPerSecond);
    this.#readArrivals.setRate(rate.readsPerSecond);
  }

  /** Newest first. */
  recentOrders(): readonly RecentOrder[] {
    return this.#recent;
  }

  /** Closes the second. */
  takeSecond(): LoadStats {
    const orders = this.#orders.take();
    const stats: LoadStats = {
      at: Date.now(),
      rate: this.#rate,
      orders,
      reads: this.#reads.take(),
      statuses: this.#statuses,
      resends: this.#resends.inSecond,
      degradedShare: degradedShareOf(orders.outcomes),
      inFlight: this.#inFlight,
      notSent: this.#notSent,
      lagMs: this.#lagMs,
      pending: this.#pending.snapshot(),
      totals: { ...this.#orders.totals(), resends: this.#resends.total },
    };
    this.#statuses = {};
    this.#notSent = 0;
    this.#lagMs = 0;
    this.#resends.inSecond = 0;
    return stats;
  }

  #arrivals(send: (intendedAtMs: number) => Promise<void>, counter: TrafficCounter): Arrivals {
    const onArrival = (intendedAtMs: number): void => {
      counter.offer();
      const lagMs = this.#clock.now() - intendedAtMs;
      this.#lagMs = Math.max(this.#lagMs, lagMs);
      if (lagMs > maxLagMs || this.#inFlight >= maxInFlight) this.#notSent += 1;
      else void send(intendedAtMs);
    };
    return createArrivals({ clock: this.#clock, random: Math.random, onArrival });
  }

  #note(reply: Reply): void {
    const status =
      reply.kind === 'answer' ? String(reply.status) : reply.code === 'timeout' ? 'timeout' : 'reset';
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
  }

  async #order(intendedAtMs: number): Promise<void> {
    this.#inFlight += 1;
    const { attempts, ...result } = await placeOrder(pickOrder(Math.random, this.#skus), {
      client: this.#client,
      budget: this.#budget,
      random: Math.random,
      onReply: (reply) => this.#note(reply),
    });
    this.#inFlight -= 1;
    this.#resends.inSecond += attempts - 1;
    this.#resends.total += attempts - 1;
    const latencyMs = this.#clock.now() - intendedAtMs;
    const outcome = atTheCustomer(result.outcome, latencyMs);
    this.#orders.end(outcome, latencyMs);
    if (result.outcome === 'pending' && result.id) this.#pending.follow(result.id);
    this.#recent.unshift({ ...result, outcome, attempts, latencyMs, at: Date.now() });
    this.#recent.length = Math.min(this.#recent.length, maxRecentOrders);
  }

  async #read(intendedAtMs: number): Promise<void> {
    this.#inFlight += 1;
    const path = `/v1/recommendations?customerId=${pickCustomer(Math.random)}`;
    const reply = await this.#client.send({ method: 'GET', path, headers: { 'x-priority': 'sheddable' } });
    this.#inFlight -= 1;
    this.#note(reply);
    const latencyMs = this.#clock.now() - intendedAtMs;
    this.#reads.end(atTheCustomer(classifyReply(reply).outcome, latencyMs), latencyMs);
  }
}
