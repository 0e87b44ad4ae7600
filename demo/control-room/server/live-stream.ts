import { problem, sendProblem } from '@ballast/service-kit/problem';
import type { Request, Response } from 'express';
import { formatEvent } from '../../event-stream.ts';
import type { Hello } from '../protocol.ts';
import type { RoomState } from './room-state.ts';

/** A few screens and a projector; more come from a program that opens streams in a loop. */
const maxViewers = 16;
/** A page that stopped reading gets no more frames until it reads again. */
const maxUnreadBytes = 2_000_000;

/** `GET /api/stream`: the past first, then every frame. */
export function liveStream(state: RoomState, hello: () => Hello, closing: AbortSignal) {
  let viewers = 0;
  return (request: Request, response: Response): void => {
    if (viewers >= maxViewers) {
      sendProblem(response, problem(503, 'too-many-viewers', undefined, { retryAfterMs: 10_000 }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    viewers += 1;
    response.write(formatEvent('hello', hello()));
    response.write(formatEvent('frame', state.now()));
    const unsubscribe = state.subscribe((frame) => {
      // An answer that has ended is still open while its reader is slow.
      if (response.writableLength < maxUnreadBytes && !response.writableEnded)
        response.write(formatEvent('frame', frame));
    });
    const end = () => {
      unsubscribe();
      response.end();
    };
    closing.addEventListener('abort', end);
    response.once('close', () => {
      viewers -= 1;
      unsubscribe();
      closing.removeEventListener('abort', end);
    });
  };
}
