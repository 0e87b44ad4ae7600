import type { Call } from '../pipeline/call.ts';
import type { Runtime } from '../pipeline/runtime.ts';
import { longestTimerMs } from '../primitives/options.ts';

const heedsWithinMs = 100;

/**
 * Work that nobody waits for any more and that has not settled: it ignores its signal. It holds its permit, because it
 * still occupies the dependency, but not for ever: after a lease the permit comes back, and only the count is kept.
 */
export class AbandonedWork {
  readonly #runtime: Runtime;
  readonly #release: () => void;
  /** Work that has not settled. */
  count = 0;
  /** Those among them that hold a permit. */
  holding = 0;

  constructor(runtime: Runtime, release: () => void) {
    this.#runtime = runtime;
    this.#release = release;
  }

  /** Takes over the permit of a call that is over while its work is not. */
  add(call: Call, leaseMs: number): void {
    this.count++;
    this.holding++;
    const { clock } = this.#runtime;
    let holds = true;
    const release = () => {
      holds = false;
      this.holding--;
      this.#release();
    };
    // Work that heeds its signal settles a moment after it: there is nothing to report then.
    const noticeMs = Math.min(heedsWithinMs, leaseMs);
    let timer = clock.setTimer(notice, noticeMs, 'background');
    const report = this.#report.bind(this, call);
    function notice(): void {
      report('abandoned', clock.now());
      if (leaseMs <= longestTimerMs) timer = clock.setTimer(endLease, leaseMs - noticeMs, 'background');
    }
    function endLease(): void {
      report('abandoned.released', clock.now());
      release();
    }
    call.whenIdle(() => {
      this.count--;
      timer.cancel();
      if (holds) release();
    });
  }

  #report(call: Call, type: 'abandoned' | 'abandoned.released', at: number): void {
    const { events, name: dependency } = this.#runtime;
    if (!events.listening) return;
    const { attempt } = call;
    const forMs = at - call.attemptStartedAtMs;
    events.emit({ type, attempt, forMs, dependency, at, context: call.options.context });
  }
}
