import { problem } from '@ballast/service-kit/problem';
import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import { maxRatePerSecond } from '../../load-generator/stats.ts';
import { faultNames } from '../../stage/faults.ts';
import type { Stage } from '../../stage/stage.ts';
import { isSwitchName, switchNames } from '../../stage/switch-names.ts';
import {
  isServiceName,
  isSupervisedName,
  nodeOf,
  type SupervisedName,
  type Topology,
} from '../../topology.ts';
import type { Hello } from '../protocol.ts';
import { liveStream } from './live-stream.ts';
import type { RoomState } from './room-state.ts';
import type { ScenarioRunner } from './scenario-runner.ts';
import { loadStory } from './story.ts';

export interface ApiOptions {
  readonly topology: Topology;
  readonly stage: Stage;
  readonly state: RoomState;
  readonly scenarios: ScenarioRunner;
  readonly hello: () => Hello;
  readonly closing: AbortSignal;
}

/** Every fault caused here ends after this at the latest. */
const maxFaultMs = 120_000;
const forMs = z.int().min(1000).max(maxFaultMs);
const stallBody = z.strictObject({ forMs });
const faultBody = z.strictObject({ fault: z.enum(faultNames), forMs });
const rateBody = z.strictObject({ ordersPerSecond: z.number().min(0).max(maxRatePerSecond) });
const switchBody = z.strictObject({ on: z.boolean() });
const runBody = z.strictObject({ variant: z.enum(['protected', 'naive']) });
const emptyBody = z.strictObject({});
const orderId = /^[\w-]{1,64}$/;

/**
 * What the page can read and do. Names come from the topology; no pid, path or command is ever taken from a request.
 */
export function apiRoutes({ topology, stage, state, scenarios, hello, closing }: ApiOptions): Router {
  const api = express.Router({ caseSensitive: true, strict: true });
  api.use(express.json({ limit: '4kb', strict: true, type: 'application/json' }));

  api.get('/stream', liveStream(state, hello, closing));
  api.get('/orders/:id/story', async (request, response) => {
    const id = request.params.id;
    if (!orderId.test(id)) throw problem(404, 'unknown-order', 'There is no order with this number');
    const story = await loadStory(nodeOf(topology, 'orders').url, id);
    response.set('Cache-Control', 'no-store');
    if (story) response.json(story);
    else response.status(204).end();
  });

  api.post('/nodes/:name/kill', (request, response) =>
    done(response, empty(request), stage.kill(nodeIn(request))),
  );
  api.post('/nodes/:name/start', (request, response) =>
    done(response, empty(request), stage.start(nodeIn(request))),
  );
  api.post('/nodes/:name/resume', (request, response) =>
    done(response, empty(request), stage.resume(nodeIn(request))),
  );
  api.post('/nodes/:name/fail-over', (request, response) => {
    const name = nodeIn(request);
    if (name !== state.primary())
      throw problem(409, 'not-possible-here', `${name} is not a primary with a standby`);
    return done(response, empty(request), stage.failOver());
  });
  api.post('/nodes/:name/stall', (request, response) =>
    done(response, stage.stall(nodeIn(request), read(request, stallBody).forMs)),
  );
  api.put('/nodes/:name/fault', (request, response) => {
    const body = read(request, faultBody);
    const name = serviceIn(request);
    return done(
      response,
      body.fault === 'stall' ? stage.stall(name, body.forMs) : stage.fault(name, body.fault, body.forMs),
    );
  });
  api.delete('/nodes/:name/fault', (request, response) =>
    done(response, empty(request), stage.heal(serviceIn(request))),
  );

  api.put('/rate', (request, response) => done(response, stage.setRate(read(request, rateBody))));
  api.post('/switches/restore', (request, response) =>
    done(
      response,
      empty(request),
      stage.setSwitches(Object.fromEntries(switchNames.map((name) => [name, true]))),
    ),
  );
  api.put('/switches/:flag', (request, response) => {
    const { flag } = request.params;
    if (!isSwitchName(flag)) throw problem(404, 'unknown-switch', 'There is no such switch');
    return done(response, stage.setSwitches({ [flag]: read(request, switchBody).on }));
  });

  api.post('/scenarios/stop', (request, response) => done(response, empty(request), scenarios.stop()));
  api.post('/scenarios/:name/run', (request, response) =>
    done(response, scenarios.run(request.params.name, read(request, runBody).variant)),
  );
  return api;
}

async function done(response: express.Response, ...actions: unknown[]): Promise<void> {
  await Promise.all(actions);
  response.status(204).end();
}

function read<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw problem(400, 'invalid-body', `${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

const empty = (request: Request): unknown => read(request, emptyBody);

function nodeIn(request: Request): SupervisedName {
  const name = request.params.name;
  if (typeof name === 'string' && isSupervisedName(name)) return name;
  throw problem(404, 'unknown-node', 'The topology has no such node');
}

function serviceIn(request: Request) {
  const name = nodeIn(request);
  if (isServiceName(name)) return name;
  throw problem(409, 'not-possible-here', `${name} takes no faults: kill or stall it`);
}
