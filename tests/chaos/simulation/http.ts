import type { LoadShedder } from '@ballast/resilience';
import {
  deadlineDefaults,
  deadlineHeader,
  priorityHeader,
  problem,
  type Route,
  toProblem,
} from '@ballast/service-kit';
import type { Process } from './machine.ts';

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
};
export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
export type HttpServer = (request: HttpRequest, hungUp: AbortSignal) => Promise<HttpResponse>;

type Parts = {
  readonly routes: readonly Route[];
  readonly admission: LoadShedder;
  readonly process: Process;
};

const priorities = ['critical', 'default', 'sheddable'] as const;
type Priority = (typeof priorities)[number];

/**
 * What `createApp` does with a request, without express and sockets: deadline, admission, checks, the route itself, and
 * a problem for what was thrown.
 */
export function httpServer({ routes, admission, process }: Parts): HttpServer {
  const matchers = routes.map((route) => ({ route, match: matcherOf(route) }));

  return async function serve(request, hungUp) {
    for (const { route, match } of matchers) {
      const params = match(request);
      if (params) return answer(route, request, { params, hungUp });
    }
    return problemResponse(problem(404, 'not-found'));
  };

  async function answer(
    route: Route,
    request: HttpRequest,
    { params, hungUp }: { params: Record<string, string>; hungUp: AbortSignal },
  ): Promise<HttpResponse> {
    const askedMs = Number(request.headers[deadlineHeader] ?? route.deadlineMs ?? deadlineDefaults.defaultMs);
    const totalMs = Math.min(askedMs, deadlineDefaults.maxMs);
    const endsAt = process.now() + totalMs;
    const remainingMs = () => Math.max(0, endsAt - deadlineDefaults.answerReserveMs - process.now());
    if (remainingMs() === 0) return problemResponse(tooLate());
    const priority = lowerOf(request.headers[priorityHeader], route.priority);
    const decision = admission.admit(priority, remainingMs());
    if (!decision.admitted)
      return problemResponse(problem(503, 'overloaded', undefined, { retryAfterMs: decision.retryAfterMs }));

    const ending = new AbortController();
    const hangUp = () => ending.abort(hungUp.reason);
    hungUp.addEventListener('abort', hangUp);
    const late = Promise.withResolvers<HttpResponse>();
    const timer = process.setTimer(() => {
      ending.abort(tooLate());
      late.resolve(problemResponse(tooLate()));
    }, totalMs);
    const context = {
      get deadlineMs() {
        return remainingMs();
      },
      signal: ending.signal,
      priority,
    };
    const handled = handle(route, request, { params, context })
      .catch((error: unknown) => problemResponse(toProblem(error, { callerHasTime: remainingMs() >= 1 })))
      .finally(() => {
        decision.release();
        timer.cancel();
        hungUp.removeEventListener('abort', hangUp);
      });
    return Promise.race([handled, late.promise]);
  }
}

async function handle(
  route: Route,
  request: HttpRequest,
  { params, context }: { params: Record<string, string>; context: Parameters<Route['handle']>[0]['context'] },
): Promise<HttpResponse> {
  const [, query = ''] = request.path.split('?');
  const reply = (await route.handle({
    params: check(route.params, params),
    query: check(route.query, Object.fromEntries(new URLSearchParams(query))),
    headers: check(route.headers, request.headers),
    body: route.body && check(route.body, JSON.parse(request.body ?? 'null')),
    context,
  })) as { status: number; body?: unknown; headers?: Record<string, string> };
  const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
  const headers = lowerCase(reply.headers ?? {});
  return { status: reply.status, headers: { 'content-type': 'application/json', ...headers }, body };
}

function check(schema: NonNullable<Route['body']>, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw problem(400, 'invalid-request', JSON.stringify(parsed.error.issues).slice(0, 300));
}

function problemResponse(answer: ReturnType<typeof problem>): HttpResponse {
  return {
    status: answer.status,
    headers: { 'content-type': 'application/problem+json', ...lowerCase(answer.headers) },
    body: JSON.stringify(answer),
  };
}

function tooLate() {
  return problem(504, 'deadline-exceeded', 'No answer was ready in time');
}

/** A caller may lower its priority, never raise it. */
function lowerOf(asked: string | undefined, own: Priority): Priority {
  const rank = priorities.indexOf(asked as Priority);
  return rank > priorities.indexOf(own) ? (priorities[rank] as Priority) : own;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function matcherOf({ method, path }: Route): (request: HttpRequest) => Record<string, string> | undefined {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), (match) => match[1] as string);
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`);
  return (request) => {
    if (request.method.toLowerCase() !== method) return undefined;
    const found = pattern.exec(request.path.split('?', 1)[0] as string);
    if (!found) return undefined;
    return Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(found[index + 1] as string)]),
    );
  };
}
