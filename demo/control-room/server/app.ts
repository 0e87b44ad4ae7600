import { NotPossibleError } from '@ballast/supervisor';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { RejectedActionError } from '../../stage/rejected-action-error.ts';
import type { StageLogger } from '../../stage/stage.ts';
import { apiRoutes } from './api.ts';
import { pageFolder } from './ensure-page.ts';
import { pageHeaders, pageRoutes } from './page.ts';
import { sendProblem } from './problem.ts';
import { type GateOptions, judge } from './request-check.ts';
import type { Room } from './room.ts';
import type { ControlRoomOptions } from './start.ts';

export interface RoomAppOptions {
  readonly room: Room;
  readonly gate: GateOptions;
  readonly options: Pick<ControlRoomOptions, 'topology' | 'logger'>;
}

/** The gate first, before anything is routed; then the API, pictures of scenarios, and the page. */
export function roomApp({ room, gate, options: { topology, logger } }: RoomAppOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.use(pageHeaders);
  app.use((request, response, next) => {
    const verdict = judge(request, gate);
    if (verdict.pass) return next();
    logger.warn(
      { method: request.method, status: verdict.status, code: verdict.code },
      'control room refusal',
    );
    sendProblem(response, verdict.status, verdict.code);
  });
  app.use('/api', apiRoutes({ topology, ...room }));
  app.use('/pictures', room.runner.pictures());
  app.use(pageRoutes(pageFolder, gate.token));
  app.use((_request, response) => sendProblem(response, 404, 'not-found'));
  app.use(answerError(logger));
  return app;
}

const answerError =
  (logger: StageLogger): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    if (response.headersSent) return void response.destroy();
    if (error instanceof RejectedActionError)
      return sendProblem(response, error.status, error.code, error.message);
    if (error instanceof NotPossibleError) return sendProblem(response, 409, 'not-possible', error.message);
    const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 500;
    if (status === 500) logger.warn({ err: error }, 'control room error');
    sendProblem(response, status, status === 500 ? 'internal-error' : 'bad-request');
  };
