import { setTimeout as delay } from 'node:timers/promises';
import type { Request, RequestHandler } from 'express';
import type { AdmissionControl } from './admission.ts';
import type { Chaos } from './chaos.ts';
import { problem } from './problem.ts';
import { requestContext } from './request-context.ts';
import { sendProblem } from './send-problem.ts';

/**
 * A server that can do only so much: under the fault `capacity`, admitted work passes one after the other,
 * `perSecond` of it, in order of arrival. The line may grow without end; what keeps it short is the shedder, which
 * is told how long the line is, and drops what has expired in it.
 */
export function narrowGate(chaos: Chaos, admission: AdmissionControl | undefined) {
  let lastLeft: Promise<void> = Promise.resolve();
  let freeAtMs = 0;

  /** Keeps the gate for the time of one piece of work; a changed fault counts at once, for those in line as well. */
  async function pass(): Promise<void> {
    const active = chaos.active();
    if (active?.fault !== 'capacity') return;
    freeAtMs = Math.max(freeAtMs, performance.now()) + 1000 / active.perSecond;
    await delay(freeAtMs - performance.now(), undefined, { signal: active.ended }).catch(() => {
      freeAtMs = 0;
    });
  }

  return function narrow(handler: RequestHandler): RequestHandler {
    return async function gate(request, response, next) {
      if (chaos.active()?.fault !== 'capacity') return handler(request, response, next);
      const joinedAtMs = performance.now();
      const inFront = lastLeft;
      const { promise, resolve: leave } = Promise.withResolvers<void>();
      lastLeft = promise;
      await inFront;
      try {
        admission?.queueWaited?.(performance.now() - joinedAtMs);
        if (isDropped(request, admission)) return sendProblem(response, expired());
        await pass();
      } finally {
        leave();
      }
      await handler(request, response, next);
    };
  };
}

/** Dropping expired work is what a shedder does; without one it is done for nobody. */
function isDropped(request: Request, admission: AdmissionControl | undefined): boolean {
  return admission?.snapshot().enabled === true && requestContext(request).deadlineMs === 0;
}

const expired = () => problem(504, 'deadline-exceeded', 'It expired in the line');
