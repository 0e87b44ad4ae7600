import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { maxRatePerSecond } from '../../load-generator/stats.ts';
import { markProcesses } from '../../stage/process-marks.ts';
import { RefusedError } from '../../stage/refused-error.ts';
import { openStage, type RoomLogger } from '../../stage/stage.ts';
import { openSwitches } from '../../stage/switches.ts';
import { watchSystem } from '../../stage/system-view.ts';
import { NotPossibleError, type Supervisor } from '../../supervisor/supervisor.ts';
import type { Topology } from '../../topology.ts';
import type { Hello } from '../protocol.ts';
import { apiRoutes } from './api.ts';
import { ensurePage, pageFolder } from './ensure-page.ts';
import { judge } from './gate.ts';
import { pageHeaders, pageRoutes } from './page.ts';
import { sendProblem } from './problem.ts';
import { openRoomState } from './room-state.ts';
import { openScenarioDesk } from './scenario-desk.ts';

export interface ControlRoomOptions {
  readonly topology: Topology;
  /** 0 takes a free one. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Port the browser uses, where another one is published. @default the port listened on */
  readonly publicPort?: number | undefined;
  /** Without one (containers), killing is a fault of the service and starting is told as a command. */
  readonly supervisor?: Supervisor | undefined;
  readonly chaosToken: string;
  readonly flagsFile: string;
  /** Folder for the pictures of scenario runs. */
  readonly picturesFolder: string;
  readonly probes?: Readonly<Partial<Record<'postgres' | 'redis', string>>>;
  readonly jaegerUrl?: string | undefined;
  readonly logger: RoomLogger;
}

export interface ControlRoom {
  readonly url: string;
  /** This start's bearer token, for tools; the page gets it with its HTML. */
  readonly token: string;
  close(): Promise<void>;
}

/** Opens the control room; resolves when the page can be loaded. */
export async function startControlRoom(options: ControlRoomOptions): Promise<ControlRoom> {
  const { topology, supervisor, chaosToken, flagsFile, logger } = options;
  await ensurePage();
  const closing = new AbortController();
  const token = randomBytes(32).toString('base64url');
  const switches = openSwitches(flagsFile);
  const view = watchSystem({ topology, supervisor, probes: options.probes ?? {}, signal: closing.signal });
  const stage = openStage({
    topology,
    supervisor,
    chaosToken,
    switches,
    logger,
    onMark: (mark) => state.mark(mark),
  });
  const state = openRoomState({ topology, view, switches, faults: stage.faults, signal: closing.signal });
  const stopMarking = supervisor ? markProcesses(supervisor, state.mark) : () => {};
  const desk = openScenarioDesk({
    topology,
    view,
    stage,
    state,
    supervisor,
    folder: options.picturesFolder,
    logger,
  });
  const hello = (): Hello => ({
    mode: supervisor ? 'embedded' : 'containers',
    edges: topology.edges,
    scenarios: desk.cards(),
    history: state.history(),
    marks: state.marks(),
    jaegerUrl: options.jaegerUrl ?? null,
    maxRate: maxRatePerSecond,
  });

  const hosts = new Set<string>();
  const app = express().disable('x-powered-by').disable('etag');
  app.use(pageHeaders);
  app.use((request, response, next) => {
    const verdict = judge(request, { hosts, token });
    if (verdict.pass) return next();
    logger.warn(
      { method: request.method, status: verdict.status, code: verdict.code },
      'control room refusal',
    );
    sendProblem(response, verdict.status, verdict.code);
  });
  app.use('/api', apiRoutes({ topology, stage, state, desk, hello, closing: closing.signal }));
  app.use('/pictures', desk.pictures());
  app.use(pageRoutes(pageFolder, token));
  app.use((_request, response) => sendProblem(response, 404, 'not-found'));
  app.use(answerError(logger));

  const server = createServer(
    { maxHeaderSize: 8_192, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    app,
  );
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const name of ['127.0.0.1', 'localhost'])
    hosts.add(`${name}:${options.publicPort ?? port}`).add(`${name}:${port}`);
  return {
    url: `http://127.0.0.1:${options.publicPort ?? port}`,
    token,
    async close() {
      await desk.stop();
      stopMarking();
      switches.close();
      closing.abort();
      await closed(server);
    },
  };
}

const answerError =
  (logger: RoomLogger): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    if (response.headersSent) return void response.destroy();
    if (error instanceof RefusedError) return sendProblem(response, error.status, error.code, error.message);
    if (error instanceof NotPossibleError) return sendProblem(response, 409, 'not-possible', error.message);
    const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 500;
    if (status === 500) logger.warn({ err: error }, 'control room error');
    sendProblem(response, status, status === 500 ? 'internal-error' : 'bad-request');
  };

async function closed(server: Server): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await gone;
}
