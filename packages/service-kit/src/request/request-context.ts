import type { Priority } from '@ballast/resilience';
import { systemClock } from '@ballast/resilience/primitives';
import type { Request, RequestHandler, Response } from 'express';
import { problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';

/** Most important first. */
export const priorities = ['critical', 'default', 'sheddable'] as const satisfies Priority[];

/** The header that carries the caller's remaining time: a duration, so clocks need not agree. */
export const deadlineHeader = 'x-deadline-ms';
export const priorityHeader = 'x-priority';

/** How long a request may take. */
export interface DeadlineOptions {
  /** For a request without `x-deadline-ms`. @default 2000 */
  readonly defaultMs: number;
  /** A longer time is cut to this. @default 10000 */
  readonly maxMs: number;
  /** Kept back from dependencies, for writing the (degraded) answer once they have used up theirs. @default 50 */
  readonly answerReserveMs: number;
}

export const deadlineDefaults: DeadlineOptions = { defaultMs: 2000, maxMs: 10_000, answerReserveMs: 50 };

/** The caller hung up or its deadline passed: the reason found on an aborted `context.signal`. */
export class RequestEndedError extends Error {
  override readonly name = 'RequestEndedError';
  readonly code: 'E_CLIENT_CLOSED' | 'E_DEADLINE';

  constructor(code: 'E_CLIENT_CLOSED' | 'E_DEADLINE') {
    super(code === 'E_DEADLINE' ? 'The deadline of the request passed' : 'The client closed the request');
    this.code = code;
  }
}

/** Handed to each route; pass it on to every `dependency.call(input, context)`. */
export interface RequestContext {
  /** Remaining time for dependencies in ms, computed at each read (also when spread). */
  readonly deadlineMs: number;
  /** Aborted with a `RequestEndedError` when the client hangs up or the deadline passes. */
  readonly signal: AbortSignal;
  readonly priority: Priority;
}

/** What a route declares about its own requests. */
export interface RouteBudget {
  readonly priority: Priority;
  readonly deadlineMs?: number | undefined;
}

const arrivals = new WeakMap<Request, number>();
const contexts = new WeakMap<Request, RequestContext>();

/** The clock of a request starts here, before its body is read or a fault delays it. */
export const stampArrival: RequestHandler = function arrival(request, _response, next) {
  arrivals.set(request, systemClock.now());
  next();
};

/** The deadline, signal and priority of this request, as options for a guarded call. */
export function requestContext(request: Request): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error('requestContext(req) is only there below a route of createApp');
  return context;
}

/** Whether there is time for another try; a request that failed before its deadline was read has all of it. */
export function hasTimeLeft(request: Request): boolean {
  return (contexts.get(request)?.deadlineMs ?? Number.POSITIVE_INFINITY) >= 1;
}

/** Reads the deadline, arms it, and rejects a request that has too little time. */
export function openRequestContext(budget: RouteBudget, options: DeadlineOptions): RequestHandler {
  const fallbackMs = budget.deadlineMs ?? options.defaultMs;
  return function deadline(request, response, next) {
    const totalMs = Math.min(remainingOf(request) ?? fallbackMs, options.maxMs);
    const endsAt = (arrivals.get(request) ?? systemClock.now()) + totalMs;
    const priority = lowerOf(priorityOf(request), budget.priority);
    const remainingMs = () => Math.max(0, endsAt - options.answerReserveMs - systemClock.now());
    if (remainingMs() === 0) throw tooLate(`${totalMs} ms were too little to answer in`);
    contexts.set(request, {
      get deadlineMs() {
        return remainingMs();
      },
      signal: endingSignal(response, endsAt - systemClock.now()),
      priority,
    });
    next();
  };
}

function endingSignal(response: Response, remainingMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new RequestEndedError('E_DEADLINE'));
    sendProblem(response, tooLate('No answer was ready in time'));
  }, remainingMs);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) controller.abort(new RequestEndedError('E_CLIENT_CLOSED'));
  });
  return controller.signal;
}

function remainingOf(request: Request): number | undefined {
  const header = request.headers[deadlineHeader];
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^\d{1,9}$/.test(header)) return Number(header);
  throw problem(400, 'invalid-header', `${deadlineHeader} must be whole milliseconds`);
}

function priorityOf(request: Request): Priority | undefined {
  const header = request.headers[priorityHeader];
  if (header === undefined) return undefined;
  const priority = priorities.find((known) => known === header);
  if (priority) return priority;
  throw problem(400, 'invalid-header', `${priorityHeader} must be one of ${priorities.join(', ')}`);
}

// A caller may lower its priority but never raise it above the route's, or every client would be critical.
function lowerOf(asked: Priority | undefined, own: Priority): Priority {
  return asked && priorities.indexOf(asked) > priorities.indexOf(own) ? asked : own;
}

function tooLate(detail: string) {
  return problem(504, 'deadline-exceeded', detail);
}
