import type { LoadShedder } from '@ballast/resilience';
import type { RequestHandler } from 'express';
import { problem } from './problem.ts';
import { requestContext } from './request-context.ts';

/** The part of a load shedder that an app asks. */
export type AdmissionControl = Pick<LoadShedder, 'admit' | 'snapshot'>;

/** Runs a handler if the shedder admits the request; else answers a cheap 503 with Retry-After. */
export function admit(shedder: AdmissionControl | undefined, handler: RequestHandler): RequestHandler {
  if (!shedder) return handler;
  return async function admission(request, response, next) {
    const { priority, deadlineMs } = requestContext(request);
    const decision = shedder.admit(priority, deadlineMs);
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
