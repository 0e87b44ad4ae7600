import type { Call } from '../pipeline/call.ts';
import { Layer } from '../pipeline/layer.ts';

// One listener per signal serves all its calls in flight, kept on the signal: a WeakMap instead of a property would
// cost more than all the layers together, since a request brings a new signal each time.
const callsInFlight = Symbol('calls in flight');

type KnownSignal = AbortSignal & { [callsInFlight]?: CallsInFlight | undefined };

/** The calls of one signal, and its listener: one object and no closure. */
class CallsInFlight {
  /** Most signals have one call at a time: a Set for it would cost as much as all the rest here. */
  #only: Call | undefined;
  #others: Set<Call> | undefined;
  isIdle = false;

  get isEmpty(): boolean {
    return this.#only === undefined && (this.#others === undefined || this.#others.size === 0);
  }

  add(call: Call): void {
    if (this.#only === undefined) this.#only = call;
    else {
      this.#others ??= new Set();
      this.#others.add(call);
    }
  }

  delete(call: Call): void {
    if (this.#only === call) this.#only = undefined;
    else this.#others?.delete(call);
  }

  handleEvent(): void {
    this.#only?.cancel();
    for (const call of this.#others ?? []) call.cancel();
  }
}

/** Lets the caller's own AbortSignal end the call wherever it waits. */
export class CallerCancel extends Layer {
  override enter(call: Call): void {
    const signal: KnownSignal | undefined = call.options.signal;
    if (signal?.aborted) {
      this.settle(call, { kind: 'cancelled', reason: call.cancelReason });
    } else {
      if (signal !== undefined) (signal[callsInFlight] ?? listenTo(signal)).add(call);
      this.inner.enter(call);
    }
  }

  override leave(call: Call): void {
    const signal: KnownSignal | undefined = call.options.signal;
    if (signal !== undefined) leaveSignal(signal, call);
    this.outer.leave(call);
  }
}

function listenTo(signal: KnownSignal): CallsInFlight {
  const calls = new CallsInFlight();
  signal[callsInFlight] = calls;
  signal.addEventListener('abort', calls);
  return calls;
}

function leaveSignal(signal: KnownSignal, call: Call): void {
  const calls = signal[callsInFlight];
  if (calls === undefined) return;
  // A signal may live as long as its process; it must not keep the calls that were made with it.
  calls.delete(call);
  if (!calls.isEmpty || calls.isIdle) return;
  calls.isIdle = true;
  idle.push(signal);
  if (idle.length > maxIdle) forgetIdle();
}

// Node keeps AbortSignal.any() and AbortSignal.timeout() alive for as long as somebody listens: 40,000 calls with such
// signals held 66 mb. Not let go of at once, since most signals serve one call after the other.
const maxIdle = 256;
let idle: KnownSignal[] = [];

function forgetIdle(): void {
  const signals = idle;
  idle = [];
  for (const signal of signals) {
    const calls = signal[callsInFlight] as CallsInFlight;
    calls.isIdle = false;
    if (!calls.isEmpty) continue;
    signal[callsInFlight] = undefined;
    try {
      signal.removeEventListener('abort', calls);
    } catch {
      // Of a signal that is not Node's own: no reason to lose the call that made room.
    }
  }
}
