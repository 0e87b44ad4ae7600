import { z } from 'zod';
import { type AppOptions, createApp } from '../src/app/app.ts';
import type { ServerLimits } from '../src/lifecycle/server.ts';
import { describeRoute } from '../src/request/route.ts';
import { serve } from './serve.ts';

const thing = z.strictObject({ name: z.string().min(1).max(20), count: z.int().min(1).max(99) });

type Handle = (count: number) => Promise<void> | void;

/** A route with a path, a query and a body; `handle` decides what happens. */
export function putThing(handle: Handle = () => {}) {
  return describeRoute({
    method: 'put',
    path: '/v1/things/{id}',
    name: 'putThing',
    summary: 'Keeps a thing',
    params: z.object({ id: z.string().max(40) }),
    query: z.object({ mode: z.enum(['fast', 'safe']).optional() }),
    body: thing,
    responses: { 200: { description: 'The thing', schema: thing.extend({ id: z.string() }) } },
    handle: async ({ params, body }) => {
      await handle(body.count);
      return { status: 200, body: { ...params, ...body } };
    },
  });
}

/** Serves an app with `putThing` and says how to call it. */
export async function serveThings(
  handle?: Handle,
  options: Partial<AppOptions> = {},
  limits?: Partial<ServerLimits>,
) {
  const url = await serve(createApp({ name: 'things', routes: [putThing(handle)], ...options }), limits);
  const put = (body: unknown, init: RequestInit = {}, path = '/v1/things/a') =>
    fetch(url + path, {
      method: 'PUT',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
  return { url, put };
}
