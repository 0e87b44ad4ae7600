import express, { type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import { problem } from '../problem/problem.ts';
import { safeHeaders } from '../problem/safe-headers.ts';
import type { Logger } from '../process/logger.ts';
import { type AdmissionControl, admit } from './admission.ts';
import { jsonPointer } from './json-pointer.ts';
import { parseSafeJson, rejectUnsafeText } from './json-safety.ts';
import { type DeadlineOptions, openRequestContext, requestContext } from './request-context.ts';
import type { Route } from './route.ts';

/** What all routes of an app share. */
export interface RouteSetting {
  readonly deadline: DeadlineOptions;
  readonly maxBodyBytes: number;
  readonly admission?: AdmissionControl | undefined;
  /** Stands between admission and the work of a route. */
  readonly limit?: ((handler: RequestHandler) => RequestHandler) | undefined;
  readonly logger: Logger;
}

/** The way of a request through one route, in order. */
export function routeHandlers(
  route: Route,
  setting: RouteSetting,
  faults: RequestHandler[],
): RequestHandler[] {
  const handle = handleRoute(route, setting.logger);
  return [
    ...faults,
    ...(route.body ? [requireJson, readBody(setting.maxBodyBytes)] : []),
    openRequestContext(route, setting.deadline),
    admit(setting.admission, setting.limit ? setting.limit(handle) : handle),
  ];
}

const requireJson: RequestHandler = function json(request, _response, next) {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (!hasBody) throw problem(400, 'missing-body', 'This request needs a JSON body');
  if (!request.is('application/json')) {
    throw problem(415, 'unsupported-media-type', 'The body must be application/json');
  }
  next();
};

// Raw, so that a request can be shed before it is parsed, and never inflated: no decompression bombs.
function readBody(maxBodyBytes: number): RequestHandler {
  return express.raw({ limit: maxBodyBytes, type: () => true, inflate: false });
}

function handleRoute(route: Route, logger: Logger): RequestHandler {
  return async function handle(request, response) {
    const reply = (await route.handle({
      params: check(route.params, request.params, 'path'),
      query: check(route.query, request.query, 'query'),
      headers: check(route.headers, request.headers, 'header'),
      body: route.body && check(route.body, parseSafeJson(request.body), 'body'),
      context: requestContext(request),
    })) as Reply;
    send(response, reply, logger);
  };
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(response: Response, reply: Reply, logger: Logger): void {
  // The deadline may have answered, or the client hung up, while the route was still at work.
  if (response.headersSent || response.destroyed) return;
  response.status(reply.status).set(safeHeaders(reply.headers, logger));
  if (reply.body === undefined) response.end();
  else response.json(reply.body);
}

type RequestPart = 'path' | 'query' | 'header' | 'body';

function check(schema: z.ZodType, value: unknown, part: RequestPart): unknown {
  if (part === 'path' || part === 'query') rejectUnsafeMembers(value as object, part);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => describeIssue(issue, part));
  throw problem(400, part === 'body' ? 'invalid-body' : 'invalid-request', `The ${part} is not valid`, {
    errors,
  });
}

function rejectUnsafeMembers(members: object, part: RequestPart): void {
  for (const [key, value] of Object.entries(members)) rejectUnsafeText(`${key}${value}`, [part]);
}

// RFC 9457 points into the body; other parts of a request are named as if they were members of one.
function describeIssue(issue: z.core.$ZodIssue, part: RequestPart) {
  const path = part === 'body' ? issue.path : [part, ...issue.path];
  return { pointer: jsonPointer(path), detail: issue.message.slice(0, 300) };
}
