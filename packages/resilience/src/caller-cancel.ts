import type { Call } from './call.ts';
import { Layer } from './layer.ts';

// One listener per signal serves all its calls in flight: `removeEventListener` after each call would cost more than
// all the layers together, and so would a WeakMap instead of a property - a request brings a new signal each time.
const callsInFlight = Symbol('calls in flight');

type KnownSignal = AbortSignal & { [callsInFlight]?: Set<Call> };

/** Lets the caller's own AbortSignal end the call wherever it waits. */
export class CallerCancel extends Layer {
  override enter(call: Call): void {
    const signal: KnownSignal | undefined = call.options.signal;
    if (signal?.aborted) {
      this.settle(call, { kind: 'cancelled', reason: signal.reason });
    } else {
      if (signal !== undefined) (signal[callsInFlight] ?? listenTo(signal)).add(call);
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    const signal: KnownSignal | undefined = call.options.signal;
    // A signal may live as long as its process; it must not keep the calls that were made with it.
    signal?.[callsInFlight]?.delete(call);
    this.outer.leave(call);
  }
}

function listenTo(signal: KnownSignal): Set<Call> {
  const calls = new Set<Call>();
  signal[callsInFlight] = calls;
  const cancelAll = () => {
    for (const call of calls) call.cancel();
  };
  signal.addEventListener('abort', cancelAll, { once: true });
  return calls;
}
