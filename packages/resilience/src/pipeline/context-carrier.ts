import { isThenable, promised } from '../primitives/thenable.ts';
import { warn } from '../primitives/warning.ts';

/**
 * Takes a caller's ambient context along: what AsyncLocalStorage holds, the active trace.
 *
 * All waits share one timer and a permit is handed over by the call that frees it, so what continues a call after a
 * wait runs in the ambient context of what ends the wait. Without a carrier a retry is traced as part of another
 * request. Capturing costs little, and only where a carrier is set.
 */
export interface ContextCarrier {
  /** The ambient context of now; asked once per call, at its beginning. */
  capture(): unknown;
  /** Runs `work` in a captured context. */
  run(captured: unknown, work: () => void): void;
}

/** The ambient context, or undefined from a carrier that fails: what only observes a call must not end it. */
export function captureFrom(carrier: ContextCarrier): unknown {
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
export function runCarried(carrier: ContextCarrier, captured: unknown, work: () => void): void {
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
