import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { problem } from '../problem/problem.ts';
import type { Logger } from '../process/logger.ts';
import { describeRoute, type Route } from '../request/route.ts';
import { type ActiveFault, type Chaos, faultSchema } from './chaos.ts';
import { hitProcess } from './chaos-faults.ts';

const stateSchema = z.object({
  active: z.looseObject({ fault: z.string(), remainingMs: z.number() }).nullable(),
});

/** `GET`, `PUT` and `DELETE /chaos`; mounted only where a token is configured. */
export function chaosRoutes(chaos: Chaos, logger: Logger, hit: typeof hitProcess = hitProcess): Route[] {
  const responses = { 200: { description: 'The fault in force, or null', schema: stateSchema } };
  const answer = () => ({ status: 200 as const, body: { active: describeFault(chaos.active()) } });
  return [
    describeRoute({
      method: 'get',
      path: '/chaos',
      name: 'getFault',
      summary: 'The fault in force',
      responses,
      handle: answer,
    }),
    describeRoute({
      method: 'put',
      path: '/chaos',
      name: 'startFault',
      summary: 'Start a fault that ends by itself',
      body: faultSchema,
      responses,
      handle({ body }) {
        chaos.start(body);
        logger.warn({ fault: body }, 'fault started');
        // Later, so that the caller gets its answer before the process is stalled or dead.
        setTimeout(() => hit(body), 20);
        return answer();
      },
    }),
    describeRoute({
      method: 'delete',
      path: '/chaos',
      name: 'stopFault',
      summary: 'End the fault in force',
      responses,
      handle() {
        chaos.stop();
        logger.warn({}, 'fault stopped');
        return answer();
      },
    }),
  ];
}

/** Lets a request pass that carries the bearer token, compared in constant time. */
export function requireToken(token: string): RequestHandler {
  const expected = digest(`Bearer ${token}`);
  return function bearer(request, _response, next) {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return next();
    throw problem(401, 'unauthorized', 'A bearer token is needed', {
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  };
}

// Equal lengths for timingSafeEqual, whatever was sent.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function describeFault(active: ActiveFault | undefined) {
  if (!active) return null;
  const { ended: _ended, remainingMs, ...fault } = active;
  return { ...fault, remainingMs: Math.round(remainingMs()) };
}
