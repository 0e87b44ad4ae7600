import type { LoadShedder, ShedReason } from '@ballast/resilience';
import { type Rule, withMethods } from '@ballast/resilience/primitives';
import type { RequestHandler } from 'express';
import { problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';
import { requestContext } from './request-context.ts';

/** The part of a load shedder that an app asks. */
export type AdmissionControl = Pick<LoadShedder, 'admit' | 'snapshot'> &
  Partial<Pick<LoadShedder, 'queueWaited'>>;

export const anAdmissionControl: Rule = withMethods('a load shedder', 'admit', 'snapshot');

/** Runs a handler if the shedder admits the request; else answers a cheap 503 with Retry-After. */
export function admit(shedder: AdmissionControl | undefined, handler: RequestHandler): RequestHandler {
  if (!shedder) return handler;
  return async function admission(request, response, next) {
    const { priority, deadlineMs } = requestContext(request);
    const decision = shedder.admit(priority, deadlineMs);
    // Answered here, not thrown: under overload this is the commonest answer, and an exception through express
    // costs more than the work that was shed.
    if (!decision.admitted) return sendProblem(response, overloaded(decision.reason, decision.retryAfterMs));
    try {
      // The permit follows the work, not the connection: a client that hangs up does not free the CPU.
      await handler(request, response, next);
    } finally {
      decision.release();
    }
  };
}

function overloaded(reason: ShedReason, retryAfterMs: number) {
  return problem(503, 'overloaded', `Refused to protect the requests already admitted (${reason})`, {
    retryAfterMs,
  });
}
