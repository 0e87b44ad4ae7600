import { isThenable, promised } from '../primitives/thenable.ts';
import { warn } from '../primitives/warning.ts';

/**
 * Takes along a caller's ambient context that is not kept in AsyncLocalStorage, or that shall differ from it.
 *
 * All waits share one timer and a permit is handed over by the call that frees it. A call that waits goes on in its
 * caller's AsyncLocalStorage all the same. Only one that is neither retried nor degraded, and so has nothing left to
 * do, ends outside of every store after a timeout or a cancel. With a carrier that too happens as the caller.
 */
export interface ContextCarrier {
  /** The ambient context of now; asked once per call, at its beginning. */
  capture(): unknown;
  /** Runs `work` in a captured context. */
  run(captured: unknown, work: () => void): void;
}

/** What a carrier has captured, to be run by the same carrier whatever is set later. */
export class Carried {
  readonly #carrier: ContextCarrier;
  readonly #captured: unknown;

  constructor(carrier: ContextCarrier) {
    this.#carrier = carrier;
    this.#captured = captureFrom(carrier);
  }

  run(work: () => void): void {
    runCarried(this.#carrier, this.#captured, work);
  }
}

/** The ambient context, or undefined from a carrier that fails: what only observes a call must not end it. */
function captureFrom(carrier: ContextCarrier): unknown {
  try {
    const captured = carrier.capture();
    warnOnceIfRejected(carrier, captured);
    return captured;
  } catch (error) {
    warnOnce(carrier, error);
    return undefined;
  }
}

/** Runs `work` once, in the captured context if the carrier can do that. */
function runCarried(carrier: ContextCarrier, captured: unknown, work: () => void): void {
  const progress = { hasBegun: false, isDone: false };
  try {
    const result: unknown = carrier.run(captured, () => {
      if (progress.hasBegun) return;
      progress.hasBegun = true;
      work();
      progress.isDone = true;
    });
    warnOnceIfRejected(carrier, result);
  } catch (error) {
    // Not the carrier's error but the work's own.
    if (progress.hasBegun && !progress.isDone) throw error;
    warnOnce(carrier, error);
  }
  if (progress.hasBegun) return;
  // What it may still run later is over by then.
  progress.hasBegun = true;
  work();
}

const warnedOf = new WeakSet<ContextCarrier>();

function warnOnce(carrier: ContextCarrier, error: unknown): void {
  if (warnedOf.has(carrier)) return;
  warnedOf.add(carrier);
  warn(error);
}

function warnOnceIfRejected(carrier: ContextCarrier, result: unknown): void {
  if (isThenable(result)) promised(result).catch((error) => warnOnce(carrier, error));
}
