import type { ServerResponse } from 'node:http';
import { type ProblemError, problemContentType } from './problem.ts';
import { safeHeaders } from './safe-headers.ts';

/** Sends a problem unless an answer has begun; a begun one is cut off, so it can't pass for a whole one. */
export function sendProblem(response: ServerResponse, answer: ProblemError): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  // Not through express, which would add a charset that the media type does not have.
  const body = JSON.stringify(answer);
  const headers = {
    ...safeHeaders(answer.headers),
    'Content-Type': problemContentType,
    'Content-Length': Buffer.byteLength(body),
  };
  response.writeHead(answer.status, headers).end(body);
}
