import type { Call } from '../pipeline/call.ts';
import { retryAfterMsOf } from '../pipeline/verdict.ts';

/** Until when a busy dependency has asked not to be asked (Retry-After); undefined if it asks for no time. */
export function askedUntilMs({ outcome, nowMs }: Call): number | undefined {
  const waitMs = outcome?.kind === 'failure' ? retryAfterMsOf(outcome.error) : undefined;
  return waitMs === undefined || waitMs === 0 ? undefined : nowMs + waitMs;
}

/** The answers in a row that have asked to come back later. */
export class AskedWaits {
  inARow = 0;
  /** The latest of the times that were asked for. */
  latestMs = 0;

  add(untilMs: number): void {
    this.inARow++;
    this.latestMs = Math.max(this.latestMs, untilMs);
  }

  clear(): void {
    this.inARow = 0;
    this.latestMs = 0;
  }
}
