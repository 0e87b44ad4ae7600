import type { Call } from './call.ts';
import { Layer } from './layer.ts';

/** Lets the caller's own AbortSignal end the call wherever it waits, and forgets the signal afterwards. */
export class CallerCancel extends Layer {
  override enter(call: Call): void {
    const { signal } = call.options;
    if (signal?.aborted) {
      this.settle(call, { kind: 'cancelled', reason: signal.reason });
    } else {
      // The call is its own listener, so there is nothing to allocate and nothing to look up on the way out.
      signal?.addEventListener('abort', call, { once: true });
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    // A signal may live as long as its process: a listener left on it would leak the call.
    call.options.signal?.removeEventListener('abort', call);
    this.outer.leave(call);
  }
}
