import type { Response } from 'express';
import type { Readiness } from '../lifecycle/readiness.ts';
import type { RawRoute } from '../request/route.ts';

/** Whatever can describe itself as JSON: a dependency, a shedder, a cache. */
export interface Snapshotting {
  snapshot(): object;
}

/** What `GET /resilience` tells. */
export interface ResilienceSources {
  dependencies?: Snapshotting[];
  admission?: Snapshotting | undefined;
  caches?: Snapshotting[];
  flags?: Snapshotting | undefined;
}

const streamIntervalMs = 1000;
/** A page and a few terminals; more would be a way to exhaust the process. */
const maxStreams = 32;

/** `GET /resilience`: every policy's state as JSON, or each second as `event: snapshot` for `text/event-stream`. */
export function resilienceRoute(
  name: string,
  sources: ResilienceSources,
  draining: Readiness['draining'],
): RawRoute {
  const streams = new Set<Response>();
  const snapshot = () => snapshotOf(name, sources);
  return {
    method: 'get',
    path: '/resilience',
    handler: function resilience(request, response) {
      const wantsStream = request.accepts(['json', 'text/event-stream']) === 'text/event-stream';
      if (!wantsStream || streams.size >= maxStreams || draining.aborted) response.json(snapshot());
      else stream(response, snapshot, streams, draining);
    },
  };
}

function stream(
  response: Response,
  snapshot: () => object,
  streams: Set<Response>,
  draining: AbortSignal,
): void {
  streams.add(response);
  response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' }).flushHeaders();
  const send = () => {
    // A viewer that does not read gets no more: the newest snapshot is the only one worth having.
    if (!response.writableNeedDrain)
      response.write(`event: snapshot\ndata: ${JSON.stringify(snapshot())}\n\n`);
  };
  const end = () => response.end();
  send();
  const timer = setInterval(send, streamIntervalMs).unref();
  draining.addEventListener('abort', end, { once: true });
  response.once('close', () => {
    clearInterval(timer);
    streams.delete(response);
    draining.removeEventListener('abort', end);
  });
}

function snapshotOf(
  service: string,
  { dependencies = [], admission, caches = [], flags }: ResilienceSources,
) {
  return {
    service,
    at: new Date().toISOString(),
    dependencies: dependencies.map((dependency) => dependency.snapshot()),
    ...(admission && { admission: admission.snapshot() }),
    cache: caches.map((cache) => cache.snapshot()),
    ...(flags && { flags: flags.snapshot() }),
  };
}
