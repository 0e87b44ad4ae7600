import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemContentType, problemSchema } from '../problem/problem.ts';
import { priorities } from './request-context.ts';
import type { ReplyDescription, Route } from './route.ts';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string | undefined;
}

/**
 * The OpenAPI 3.1 document of described routes, each with the problems it may answer.
 *
 * @param otherPaths of handlers that are no described routes
 */
export function openApiDocument(
  info: ApiInfo,
  routes: readonly Route[],
  otherPaths: ZodOpenApiPathsObject = {},
): object {
  const paths: ZodOpenApiPathsObject = { ...otherPaths };
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  const { description, ...rest } = info;
  return createDocument({ openapi: '3.1.0', info: { ...rest, ...(description && { description }) }, paths });
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  return {
    operationId: route.name,
    summary: route.summary,
    ...(route.description && { description: route.description }),
    requestParams: {
      path: route.params,
      query: route.query,
      header: requestHeaders.extend(route.headers.shape),
    },
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: route.body } } },
    }),
    responses: { ...mapValues(route.responses, replyOf), ...mapValues(problemsOf(route), problemReply) },
  };
}

const requestHeaders = z.object({
  'x-deadline-ms': z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .describe('Time the caller has left, in milliseconds; the answer comes before it passes'),
  'x-priority': z
    .enum(priorities)
    .optional()
    .describe('May lower the priority of this route, never raise it'),
});

const retryHeaders = z.object({ 'Retry-After': z.string().describe('Seconds to wait before trying again') });

function problemsOf(route: Route): Record<number, string> {
  return {
    400: 'The request is malformed or not valid',
    404: 'There is nothing here',
    405: 'The path does not have this method',
    408: 'The request was not sent in time',
    ...(route.body && { 413: 'The body is too large', 415: 'The body is not application/json' }),
    431: 'The headers are too large',
    500: 'Unexpected; logged by the service',
    503: 'Shed under overload, or a required dependency is away',
    504: 'No answer was ready before the deadline',
    ...route.problems,
  };
}

function replyOf(reply: ReplyDescription) {
  const { description, schema, headers } = reply;
  return {
    description,
    ...(schema && { content: { 'application/json': { schema } } }),
    ...(headers && { headers }),
  };
}

function problemReply(description: string, status: number) {
  return {
    description,
    ...(status === 503 && { headers: retryHeaders }),
    content: { [problemContentType]: { schema: problemSchema } },
  };
}

function mapValues<V, W>(record: Record<number, V>, change: (value: V, key: number) => W) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, Number(key))]));
}
