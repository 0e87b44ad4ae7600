import type { Call } from './call.ts';
import { Layer } from './layer.ts';

/**
 * The calls in flight of each caller's signal. One listener per signal serves them all: adding and removing one per
 * call costs more than the rest of the pipeline, and a signal that lives as long as its process collects no calls.
 */
const callsOf = new WeakMap<AbortSignal, Set<Call>>();

/** Lets the caller's own AbortSignal end the call wherever it waits. */
export class CallerCancel extends Layer {
  override enter(call: Call): void {
    const { signal } = call.options;
    if (signal?.aborted) {
      this.settle(call, { kind: 'cancelled', reason: signal.reason });
    } else {
      if (signal !== undefined) (callsOf.get(signal) ?? listenTo(signal)).add(call);
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    const { signal } = call.options;
    if (signal !== undefined) callsOf.get(signal)?.delete(call);
    this.outer.leave(call);
  }
}

function listenTo(signal: AbortSignal): Set<Call> {
  const calls = new Set<Call>();
  callsOf.set(signal, calls);
  const cancelAll = () => {
    for (const call of calls) call.cancel();
  };
  signal.addEventListener('abort', cancelAll, { once: true });
  return calls;
}
