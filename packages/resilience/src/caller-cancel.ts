import type { Call } from './call.ts';
import type { Clock } from './clock.ts';
import { Layer } from './layer.ts';

/** Lets the caller's own AbortSignal end the call wherever it waits, and forgets the signal afterwards. */
export class CallerCancel extends Layer {
  readonly #clock: Clock;
  readonly #listeners = new WeakMap<Call, () => void>();

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  override enter(call: Call): void {
    const { signal } = call.options;
    if (signal?.aborted) {
      this.settle(call, { kind: 'cancelled', reason: signal.reason });
    } else {
      if (signal !== undefined) this.#listen(call, signal);
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    const { signal } = call.options;
    // A signal may live as long as its process: a listener left on it would leak the call.
    if (signal !== undefined) signal.removeEventListener('abort', this.#listeners.get(call) as () => void);
    this.outer.leave(call);
  }

  #listen(call: Call, signal: AbortSignal): void {
    const cancel = () => call.cancel(this.#clock.now());
    this.#listeners.set(call, cancel);
    signal.addEventListener('abort', cancel, { once: true });
  }
}
