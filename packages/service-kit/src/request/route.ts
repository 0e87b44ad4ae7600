import type { Priority } from '@ballast/resilience';
import {
  aFunction,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  oneOf,
  type Rule,
  recordOf,
  text,
  textLike,
  withPatch,
} from '@ballast/resilience/primitives';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { aSchema } from '../process/config.ts';
import { priorities, type RequestContext } from './request-context.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** One possible answer of a route. Without `schema` it has no body. */
export interface ReplyDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly headers?: z.ZodObject;
}

type Reply<Status, Description> = Description extends { schema: infer Schema extends z.ZodType }
  ? {
      readonly status: Status;
      readonly body: z.input<Schema>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  : {
      readonly status: Status;
      readonly body?: undefined;
      readonly headers?: Readonly<Record<string, string>>;
    };

type Replies<R> = { [S in keyof R]: Reply<S, R[S]> }[keyof R];

/** What a route's handler receives: everything checked against the route's schemas. */
export interface RouteRequest<P, Q, H, B> {
  readonly params: P;
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
  readonly context: RequestContext;
}

/** A route, described once: what is checked, what is documented and what is done. */
export interface RouteDescription<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  H extends z.ZodObject,
  B extends z.ZodType,
  R extends Record<number, ReplyDescription>,
> {
  readonly method: Method;
  /** OpenAPI style: `/v1/orders/{id}`. */
  readonly path: string;
  /** OpenAPI operationId, e.g. `placeOrder`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** The highest priority a caller may claim, and the one of a request that claims none. @default 'default' */
  readonly priority?: Priority;
  /** For requests without `x-deadline-ms`. @default the app's `deadline.defaultMs` */
  readonly deadlineMs?: number;
  /** One string schema per `{name}` in the path. */
  readonly params?: P;
  /** Unknown query parameters are rejected. */
  readonly query?: Q;
  /** Only the headers the route reads, in lower case. */
  readonly headers?: H;
  /** Must be strict where it is an object, so a typo is an answer and not a silent default. */
  readonly body?: B;
  readonly responses: R;
  /** Problems this route adds to the common ones, by status, e.g. `{ 409: 'insufficient-stock' }`. */
  readonly problems?: Readonly<Record<number, string>>;
  handle(
    request: RouteRequest<z.output<P>, z.output<Q>, z.output<H>, z.output<B>>,
  ): Promise<Replies<R>> | Replies<R>;
}

type NoFields = z.ZodObject<Record<never, never>>;

/** A described route of any type, as `createApp` takes it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly priority: Priority;
  readonly deadlineMs?: number | undefined;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body?: z.ZodType | undefined;
  readonly responses: Readonly<Record<number, ReplyDescription>>;
  readonly problems: Readonly<Record<number, string>>;
  handle(request: RouteRequest<unknown, unknown, unknown, unknown>): unknown;
}

/** A plain express handler beside the described routes: not shed, not broken by faults, not in the API document. */
export interface RawRoute {
  readonly method: Method;
  readonly path: string;
  readonly handler: RequestHandler;
}

const anObjectSchema: Rule = {
  expected: 'a z.object',
  accepts: (value) => value instanceof z.ZodObject,
};

const routeRules = {
  method: oneOf('get', 'put', 'post', 'delete', 'patch'),
  path: textLike(/^\//, 'a path that begins with /'),
  name: text,
  summary: text,
  description: text,
  priority: oneOf(...priorities),
  deadlineMs: integer(1, longestTimerMs),
  params: anObjectSchema,
  query: anObjectSchema,
  headers: anObjectSchema,
  body: aSchema,
  responses: recordOf('an object of replies by status', (value) => typeof value === 'object'),
  problems: recordOf('an object of texts by status', (value) => typeof value === 'string'),
  handle: aFunction,
};

const replyRules = { description: text, schema: aSchema, headers: anObjectSchema };

function checkRoute(route: object): void {
  checkOptions('describeRoute', route, routeRules, [
    'method',
    'path',
    'name',
    'summary',
    'responses',
    'handle',
  ]);
  const { responses } = route as { responses: Record<string, ReplyDescription> };
  for (const [status, reply] of Object.entries(responses)) {
    const where = { of: 'describeRoute', path: `responses.${status}` };
    withPatch({}, reply, replyRules, where);
    checkArgument(where.of, `${where.path}.description`, reply.description, text);
  }
}

/**
 * Describes a route; types of the request and of each possible answer follow from the schemas.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 * @throws {TypeError} when path and `params` differ or the body's schema is not strict
 * @example
 * describeRoute({
 *   method: 'get', path: '/v1/products/{sku}', name: 'getProduct', summary: 'One product',
 *   params: z.object({ sku: z.string().max(40) }),
 *   responses: { 200: { description: 'The product', schema: product } },
 *   problems: { 404: 'unknown-sku' },
 *   handle: async ({ params }) => ({ status: 200, body: await find(params.sku) }),
 * });
 */
export function describeRoute<
  const R extends Record<number, ReplyDescription>,
  P extends z.ZodObject = NoFields,
  Q extends z.ZodObject = NoFields,
  H extends z.ZodObject = NoFields,
  B extends z.ZodType = z.ZodUndefined,
>(route: RouteDescription<P, Q, H, B, R>): Route {
  checkRoute(route);
  const { params = z.object({}), query = z.object({}), headers = z.object({}) } = route;
  expectSamePathParams(route.path, params);
  expectStrict(route.path, route.body);
  return {
    priority: 'default',
    problems: {},
    ...route,
    params: params.strict(),
    query: query.strict(),
    headers: headers.strip(),
    handle: route.handle as Route['handle'],
  };
}

function expectSamePathParams(path: string, params: z.ZodObject): void {
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), (match) => match[1])
    .sort()
    .join();
  const inSchema = Object.keys(params.shape).sort().join();
  if (inPath === inSchema) return;
  throw new TypeError(`${path}: params must describe {${inPath}}, received {${inSchema}}`);
}

function expectStrict(path: string, body: z.ZodType | undefined): void {
  if (!(body instanceof z.ZodObject) || body.def.catchall instanceof z.ZodNever) return;
  throw new TypeError(
    `${path}: body must be a z.strictObject, received an object that lets unknown keys pass`,
  );
}
