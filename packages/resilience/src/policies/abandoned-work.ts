import type { Call } from '../pipeline/call.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import type { Timer } from '../primitives/clock.ts';
import { longestTimerMs } from '../primitives/options.ts';

const heedsWithinMs = 100;

/** The permit of a call that is over while its work is not. */
interface Lease {
  readonly call: Call;
  readonly sinceMs: number;
  isReported: boolean;
  timer: Timer | undefined;
}

/**
 * Work that nobody waits for any more and that has not settled: it ignores its signal. It holds its permit, because it
 * still occupies the dependency, but not for ever: after a lease the permit comes back, and only the count is kept.
 */
export class AbandonedWork {
  readonly #runtime: Runtime;
  readonly #release: () => void;
  #leaseMs: number;
  readonly #leases = new Set<Lease>();
  #isDisposed = false;
  /** Work that has not settled. */
  count = 0;

  /** @param release gives one permit back */
  constructor(runtime: Runtime, leaseMs: number, release: () => void) {
    this.#runtime = runtime;
    this.#leaseMs = leaseMs;
    this.#release = release;
  }

  /** Work that holds a permit. */
  get holding(): number {
    return this.#leases.size;
  }

  /** Takes over the permit of a call that is over while its work is not. */
  add(call: Call): void {
    this.count++;
    const lease: Lease = {
      call,
      sinceMs: this.#runtime.clock.now(),
      isReported: false,
      timer: undefined,
    };
    call.whenIdle(() => {
      this.count--;
      this.#end(lease);
    });
    this.#leases.add(lease);
    if (this.#isDisposed) this.#end(lease);
    else this.#await(lease);
  }

  /** A lease that runs already ends by the new length. */
  configure(leaseMs: number): void {
    if (leaseMs === this.#leaseMs) return;
    this.#leaseMs = leaseMs;
    for (const lease of this.#leases) this.#await(lease);
  }

  /** Without a timer no lease would end, so all end now. */
  dispose(): void {
    this.#isDisposed = true;
    for (const lease of this.#leases) this.#end(lease);
  }

  /** Sets the timer of what comes next: the report, or the end. */
  #await(lease: Lease): void {
    lease.timer?.cancel();
    // Work that heeds its signal settles a moment after it: there is nothing to report then.
    const afterMs = lease.isReported ? this.#leaseMs : Math.min(heedsWithinMs, this.#leaseMs);
    if (afterMs > longestTimerMs) return;
    const { clock } = this.#runtime;
    const leftMs = Math.max(0, lease.sinceMs + afterMs - clock.now());
    const next = lease.isReported ? () => this.#expire(lease) : () => this.#reportAbandoned(lease);
    lease.timer = clock.setTimer(next, leftMs, 'background');
  }

  #reportAbandoned(lease: Lease): void {
    lease.isReported = true;
    this.#report(lease, 'abandoned');
    // A listener may have disposed of the dependency.
    if (this.#leases.has(lease)) this.#await(lease);
  }

  #expire(lease: Lease): void {
    this.#report(lease, 'abandoned.released');
    this.#end(lease);
  }

  #end(lease: Lease): void {
    lease.timer?.cancel();
    if (this.#leases.delete(lease)) this.#release();
  }

  #report({ call }: Lease, type: 'abandoned' | 'abandoned.released'): void {
    const { events, clock, name: dependency } = this.#runtime;
    if (!events.listening) return;
    const at = clock.now();
    const forMs = at - call.attemptStartedAtMs;
    events.emit({ type, attempt: call.attempt, forMs, dependency, at, context: call.options.context });
  }
}
