import { type HttpDispatcher, problem } from '@ballast/service-kit';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { Link } from './link.ts';
import { CallFailedError, type Process } from './machine.ts';
import { notice, type ServiceName, type SimulatedSystem } from './simulated-system.ts';

/** Sends a request to one of the replicas of a service. @throws {CallFailedError} when no answer comes */
export function request(
  system: SimulatedSystem,
  { from, service, link }: { readonly from: Process; readonly service: ServiceName; readonly link: Link },
  message: HttpRequest,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const { faults } = system.world;
  const what = nameOf(message);
  const pick = faults.randomOf(faults.nameOf(from.machine.name, service, `pick for ${what}`));
  const replica = pick.pick(system.replicas[service]);
  return from.call(
    replica,
    link,
    async (hungUp) => {
      if (system.misrouted.has(service)) return misroutedAnswer;
      const server = system.servers.get(replica.process);
      if (!server) throw new CallFailedError(`${replica.name} does not listen yet`, 'ECONNREFUSED');
      const response = await server(message, hungUp);
      if (response.status === 503 && response.body.includes('"overloaded"'))
        notice(system, 'a request was shed');
      return response;
    },
    { what, to: service, signal, isIdle: () => message.path === '/v1/products' },
  );
}

const misroutedAnswer: HttpResponse = {
  status: 404,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(problem(404, 'not-found')),
};

/** `PUT /v1/reservations/<order>`, and for the two requests of an order's reservation what it shall become. */
function nameOf({ method, path, body }: HttpRequest): string {
  const status = /"status":"(\w+)"/.exec(path.includes('reservations') ? (body ?? '') : '')?.[1];
  return `${method} ${path}${status ? ` ${status}` : ''}`;
}

/** In place of undici's pool. */
export function dispatcherTo(system: SimulatedSystem, from: Process, service: ServiceName): HttpDispatcher {
  return {
    async request({ method, path, headers, body, signal }) {
      system.traffic.sent(from.machine.name, edgeOf(service, path));
      const { status, ...answer } = await request(
        system,
        { from, service, link: system.network },
        {
          method,
          path,
          headers: headers as Record<string, string>,
          body: body as string | undefined,
        },
        signal as AbortSignal | undefined,
      );
      return {
        statusCode: status,
        headers: answer.headers,
        body: answer.body ? [Buffer.from(answer.body)] : [],
      };
    },
    async destroy() {},
  };
}

/** The name of the guarded dependency that a request belongs to. */
function edgeOf(service: ServiceName, path: string): string {
  if (path === '/v1/products') return 'catalogue';
  return path.startsWith('/v1/purchases') ? 'purchases' : service;
}
