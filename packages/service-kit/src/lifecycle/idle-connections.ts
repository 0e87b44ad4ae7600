import type { Server, ServerResponse } from 'node:http';

const unsentByServer = new WeakMap<Server, Set<ServerResponse>>();

/** Remembers which answers of a server are not sent to their last byte. */
export function watchAnswers(server: Server): Server {
  const unsent = new Set<ServerResponse>();
  unsentByServer.set(server, unsent);
  return server.prependListener('request', (_request, response) => {
    unsent.add(response);
    response.once('close', () => unsent.delete(response));
  });
}

/**
 * Closes connections that wait for a request. Node's own function takes a connection for idle as soon as its answer has
 * been handed over (`finished`), while most of it may still wait for a slow reader, who would get a part of it.
 */
export function closeIdleConnections(server: Server): void {
  const ended = [...(unsentByServer.get(server) ?? [])].filter(({ finished }) => finished);
  for (const response of ended) response.finished = false;
  server.closeIdleConnections();
  for (const response of ended) response.finished = true;
}
