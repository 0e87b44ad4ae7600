/**
 * Takes a caller's ambient context along: what AsyncLocalStorage holds, the active trace.
 *
 * All waits share one timer and a permit is handed over by the call that frees it, so what continues a call after a
 * wait runs in the ambient context of whoever wakes it. Without a carrier a retry is traced as part of somebody
 * else's request. Capturing costs little, and only where a carrier is set.
 */
export interface ContextCarrier {
  /** The ambient context of now; asked once per call, at its beginning. */
  capture(): unknown;
  /** Runs `work` in a captured context. */
  run(captured: unknown, work: () => void): void;
}
