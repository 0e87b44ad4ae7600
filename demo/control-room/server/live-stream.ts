import type { Request, Response } from 'express';
import { formatEvent } from '../../event-stream.ts';
import type { Hello } from '../protocol.ts';
import type { RoomState } from './room-state.ts';

/** A few screens and a projector; more would be somebody's loop. */
const maxViewers = 16;
/** A page that stopped reading gets nothing more until it reads on. */
const maxUnreadBytes = 2_000_000;

/** `GET /api/stream`: the past once, then every frame. */
export function liveStream(state: RoomState, hello: () => Hello, closing: AbortSignal) {
  let viewers = 0;
  return (request: Request, response: Response): void => {
    if (viewers >= maxViewers) {
      response.status(503).set('Retry-After', '10').end();
      return;
    }
    viewers += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(formatEvent('hello', hello()));
    response.write(formatEvent('frame', state.now()));
    const unsubscribe = state.subscribe((frame) => {
      if (response.writableLength < maxUnreadBytes) response.write(formatEvent('frame', frame));
    });
    const end = () => response.end();
    closing.addEventListener('abort', end);
    request.once('close', () => {
      viewers -= 1;
      unsubscribe();
      closing.removeEventListener('abort', end);
    });
  };
}
