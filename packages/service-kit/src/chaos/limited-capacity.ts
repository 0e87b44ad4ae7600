import { type Clock, systemClock } from '@ballast/resilience/primitives';
import type { Request, RequestHandler } from 'express';
import { problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';
import type { AdmissionControl } from '../request/admission.ts';
import { requestContext } from '../request/request-context.ts';
import type { Chaos } from './chaos.ts';
import { pause } from './pause.ts';

/**
 * A server that can do only so much: under the fault `capacity`, admitted requests are handled one after the other,
 * `perSecond` of them, in order of arrival. The queue may grow without end; what keeps it short is the shedder, which
 * is told how long requests wait in it, and drops those that have expired.
 */
export function limitedCapacity(
  chaos: Chaos,
  admission: AdmissionControl | undefined,
  clock: Clock = systemClock,
) {
  let lastDone: Promise<void> = Promise.resolve();
  let freeAtMs = 0;

  /** Takes the time of one request; a changed fault counts at once, also for those that wait already. */
  async function spendOneRequest(): Promise<void> {
    const active = chaos.active();
    if (active?.fault !== 'capacity') return;
    freeAtMs = Math.max(freeAtMs, clock.now()) + 1000 / active.perSecond;
    await pause(freeAtMs - clock.now(), { clock, signal: active.ended, kind: 'foreground' });
    if (active.ended.aborted) freeAtMs = 0;
  }

  return function limited(handler: RequestHandler): RequestHandler {
    return async function inTurn(request, response, next) {
      if (chaos.active()?.fault !== 'capacity') return handler(request, response, next);
      const queuedAtMs = clock.now();
      const previousDone = lastDone;
      const { promise, resolve: done } = Promise.withResolvers<void>();
      lastDone = promise;
      await previousDone;
      try {
        admission?.queueWaited?.(clock.now() - queuedAtMs);
        if (isDropped(request, admission)) return sendProblem(response, expired());
        await spendOneRequest();
      } finally {
        done();
      }
      await handler(request, response, next);
    };
  };
}

/** The shedder drops expired requests; without a shedder they are worked on. */
function isDropped(request: Request, admission: AdmissionControl | undefined): boolean {
  return admission?.snapshot().enabled === true && requestContext(request).deadlineMs === 0;
}

const expired = () => problem(504, 'deadline-exceeded', 'It expired while it waited');
