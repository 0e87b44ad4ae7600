import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Random, systemClock } from '@ballast/resilience/primitives';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { problem } from '../problem/problem.ts';
import { type ActiveFault, type Chaos, type Fault, maxStallMs } from './chaos.ts';
import { pause } from './pause.ts';

const oversizedBytes = 16 * 1024 * 1024;
const slowBodyIntervalMs = 200;

/** Breaks business routes as the active fault says. Health and chaos routes never pass here. */
export function injectFault(chaos: Chaos, random: Random = Math.random): RequestHandler {
  return async function fault(request, response, next) {
    const active = chaos.active();
    if (!active || random() >= active.ratio) return next();
    await injectors[active.fault](active, request, response, next);
  };
}

type Inject = (fault: ActiveFault, request: Request, response: Response, next: NextFunction) => unknown;

const injectors: Record<Fault['fault'], Inject> = {
  latency: (fault, _request, response, next) => delayRequest(fault, fault.latencyMs, response, next),
  error: (fault, _request, _response, next) => next(problem(fault.status, 'chaos', 'A fault was injected')),
  hang: (fault, _request, response, next) => delayRequest(fault, fault.forMs, response, next),
  down: (_fault, request) => request.socket.resetAndDestroy(),
  garbage: (_fault, _request, response) =>
    response.type('json').send('{"source":"live","items":[{"sku":\u0000'),
  oversized: (_fault, _request, response) => sendOversized(response),
  'slow-body': (fault, _request, response) => sendSlowly(fault, response),
  stall: (_fault, _request, _response, next) => next(),
  crash: (_fault, _request, _response, next) => next(),
  // In limited-capacity.ts, behind admission: it takes the time of requests that were admitted.
  capacity: (_fault, _request, _response, next) => next(),
};

/** The two faults that hit the process instead of a request; called after the answer to `PUT /chaos` is out. */
export function hitProcess(fault: Fault): void {
  // SIGKILL and not exit: a crash runs no cleanup.
  if (fault.fault === 'crash') process.kill(process.pid, 'SIGKILL');
  if (fault.fault === 'stall') blockEventLoop(Math.min(fault.forMs, maxStallMs));
}

// It sleeps instead of spinning: that blocks the event loop as well, and leaves the CPU to other processes.
function blockEventLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function delayRequest(
  fault: ActiveFault,
  delayMs: number,
  response: Response,
  next: NextFunction,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([fault.ended, gone.signal]);
  await pause(delayMs, { clock: systemClock, signal, kind: 'background' });
  if (!response.destroyed) next();
}

// A caller should give up half-way. That ends the pipeline with an error, which is expected and needs no handling.
async function sendOversized(response: Response): Promise<void> {
  await pipeline(Readable.from(oversizedList()), response.type('json')).catch(() => {});
}

function* oversizedList() {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  yield '[';
  for (let sent = 0; sent < oversizedBytes; sent += chunk.length) yield chunk;
  yield ']';
}

function sendSlowly(fault: ActiveFault, response: Response): void {
  response.type('json').write('{');
  const timer = setInterval(() => response.write(' '), slowBodyIntervalMs).unref();
  const stop = () => {
    clearInterval(timer);
    response.destroy();
  };
  fault.ended.addEventListener('abort', stop, { once: true });
  response.once('close', () => {
    clearInterval(timer);
    fault.ended.removeEventListener('abort', stop);
  });
}
