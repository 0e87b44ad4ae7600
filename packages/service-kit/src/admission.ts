import type { RequestHandler } from 'express';
import { problem } from './problem.ts';
import { type Priority, requestContext } from './request-context.ts';

export type Admission =
  | { admitted: true; release(): void }
  | { admitted: false; retryAfterMs: number; reason: string };

/** What admission needs of a load shedder; `createLoadShedder` of @ballast/resilience has it. */
export interface AdmissionControl {
  admit(priority: Priority, deadlineMs: number): Admission | Promise<Admission>;
}

/** Runs a handler if the shedder admits the request; else answers a cheap 503 with Retry-After. */
export function admit(shedder: AdmissionControl | undefined, handler: RequestHandler): RequestHandler {
  if (!shedder) return handler;
  return async function admission(request, response, next) {
    const { priority, deadlineMs } = requestContext(request);
    const decision = await shedder.admit(priority, deadlineMs);
    if (!decision.admitted) throw overloaded(decision);
    try {
      // The permit follows the work, not the connection: a client that hangs up does not free the CPU.
      await handler(request, response, next);
    } finally {
      decision.release();
    }
  };
}

function overloaded({ reason, retryAfterMs }: { reason: string; retryAfterMs: number }) {
  return problem(503, 'overloaded', `Refused to protect the requests already admitted (${reason})`, {
    retryAfterMs,
  });
}
