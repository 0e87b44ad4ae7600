import type { Response } from 'express';

/** Answers with RFC 9457 problem details. */
export function sendProblem(response: Response, status: number, code: string, detail?: string): void {
  const title = code.replaceAll('-', ' ');
  response.status(status).type('application/problem+json');
  response.send(JSON.stringify({ type: 'about:blank', title, status, code, ...(detail ? { detail } : {}) }));
}
