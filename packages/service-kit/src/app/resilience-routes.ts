import { type Clock, hasMethods, listOf, wallClock, withMethods } from '@ballast/resilience/primitives';
import type { Response } from 'express';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import type { Readiness } from '../lifecycle/readiness.ts';
import {
  type CacheReport,
  type DependencyReport,
  type FlagsReport,
  type ResilienceReport,
  resilienceReport,
  type ShedderReport,
} from '../report/resilience-report.ts';
import type { RawRoute } from '../request/route.ts';

/** Describes its own state as JSON. */
export interface Snapshotting<Report> {
  snapshot(): Report;
}

/** What `GET /resilience` shows. */
export interface ResilienceSources {
  readonly dependencies?: readonly Snapshotting<DependencyReport>[];
  readonly admission?: Snapshotting<ShedderReport> | undefined;
  readonly caches?: readonly Snapshotting<CacheReport>[];
  readonly flags?: Snapshotting<FlagsReport> | undefined;
}

const sourceList = listOf('a list of objects with snapshot()', (value) => hasMethods(value, ['snapshot']));

export const resilienceRules = {
  dependencies: sourceList,
  caches: sourceList,
  flags: withMethods('an object with snapshot()', 'snapshot'),
};

/** How the OpenAPI document of an app describes `GET /resilience`. */
export const resiliencePath: ZodOpenApiPathsObject = {
  '/resilience': {
    get: {
      operationId: 'readResilience',
      summary: 'The state of every policy',
      description: 'As `text/event-stream`: one event `snapshot` a second, with the same report.',
      responses: {
        200: {
          description: 'The state of every policy of this service',
          content: {
            'application/json': { schema: resilienceReport },
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
      },
    },
  },
};

const streamIntervalMs = 1000;
/** Enough for a page and a few terminals; without a limit streams could exhaust the process. */
const maxStreams = 32;

/** `GET /resilience`: every policy's state as JSON, or each second as `event: snapshot` for `text/event-stream`. */
export function resilienceRoute(
  name: string,
  sources: ResilienceSources,
  draining: Readiness['draining'],
  clock: Clock = wallClock,
): RawRoute {
  const streams = new Set<Response>();
  const snapshot = () => reportOf(name, sources, clock);
  return {
    method: 'get',
    path: '/resilience',
    handler: function resilience(request, response) {
      const wantsStream = request.accepts(['json', 'text/event-stream']) === 'text/event-stream';
      if (!wantsStream || streams.size >= maxStreams || draining.aborted) response.json(snapshot());
      else if (request.method === 'HEAD') openStream(response).end();
      else stream(response, snapshot, streams, draining);
    },
  };
}

function openStream(response: Response): Response {
  response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }).flushHeaders();
  return response;
}

function stream(
  response: Response,
  snapshot: () => ResilienceReport,
  streams: Set<Response>,
  draining: AbortSignal,
): void {
  streams.add(openStream(response));
  const send = () => {
    // A client that does not read gets no more events: only the newest snapshot is of use.
    if (!response.writableNeedDrain)
      response.write(`event: snapshot\ndata: ${JSON.stringify(snapshot())}\n\n`);
  };
  send();
  const timer = setInterval(send, streamIntervalMs).unref();
  const end = () => {
    clearInterval(timer);
    response.end();
    // A viewer that has stopped reading never takes the end, and must not hold the process.
    const lastReading = setTimeout(() => response.destroy(), streamIntervalMs).unref();
    response.once('close', () => clearTimeout(lastReading));
  };
  draining.addEventListener('abort', end, { once: true });
  response.once('close', () => {
    clearInterval(timer);
    streams.delete(response);
    draining.removeEventListener('abort', end);
  });
}

function reportOf(
  service: string,
  { dependencies = [], admission, caches = [], flags }: ResilienceSources,
  clock: Clock,
): ResilienceReport {
  return {
    service,
    at: new Date(clock.now()).toISOString(),
    dependencies: dependencies.map((dependency) => dependency.snapshot()),
    ...(admission && { admission: admission.snapshot() }),
    cache: caches.map((cache) => cache.snapshot()),
    ...(flags && { flags: flags.snapshot() }),
  };
}
