import { ProblemError, problem, sendProblem } from '@ballast/service-kit/problem';
import { NotPossibleError } from '@ballast/supervisor';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { StageLogger } from '../../stage/stage.ts';
import { apiRoutes } from './api.ts';
import { pageFolder } from './ensure-page.ts';
import { pageHeaders, pageRoutes } from './page.ts';
import { checkRequest, type RequestCheckOptions } from './request-check.ts';
import type { Room, RoomOptions } from './room.ts';

export interface RoomAppOptions {
  readonly room: Room;
  readonly check: RequestCheckOptions;
  readonly options: Pick<RoomOptions, 'topology' | 'logger'>;
}

/** Every request is checked before it is routed; then come the API, the pictures of scenarios, and the page. */
export function roomApp({ room, check, options: { topology, logger } }: RoomAppOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.use(pageHeaders);
  app.use((request, response, next) => {
    const rejection = checkRequest(request, check);
    if (!rejection) return next();
    const { status, code } = rejection;
    logger.warn({ method: request.method, status, code }, 'request rejected');
    sendProblem(response, rejection);
  });
  app.use('/api', apiRoutes({ topology, ...room }));
  app.use('/pictures', room.scenarios.pictures());
  app.use(pageRoutes(pageFolder, check.token));
  app.use((_request, response) => sendProblem(response, problem(404, 'not-found')));
  app.use(answerErrors(logger));
  return app;
}

const answerErrors =
  (logger: StageLogger): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    const answer = problemOf(error);
    if (answer.status === 500) logger.warn({ err: error }, 'unexpected error');
    sendProblem(response, answer);
  };

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof NotPossibleError) return problem(409, 'not-possible', error.message);
  // Errors of express and its body parser carry the status; their texts quote the request.
  const { status = 500 } = error as { status?: number };
  if (status === 413) return problem(413, 'content-too-large', 'The body is too large');
  if (status < 500) return problem(400, 'bad-request', 'The request could not be read');
  return problem(500, 'internal-server-error');
}
