import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aFunction, anything, checkOptions, hasMethods, listOf, text } from '@ballast/resilience/primitives';
import { checkConfig, type ServiceConfig } from '../process/config.ts';
import { aLogger, type Logger } from '../process/logger.ts';
import { aReadiness, createReadiness, type Readiness } from './readiness.ts';
import { createServer, type ServerLimits, serverLimitRules } from './server.ts';
import { type Closable, closeOnSignals, shutDown } from './shutdown.ts';

const startRules = {
  name: text,
  config: anything,
  app: aFunction,
  readiness: aReadiness,
  onShutdown: listOf('a list of objects with close()', (value) => hasMethods(value, ['close'])),
  logger: aLogger,
  limits: serverLimitRules,
  exit: aFunction,
};

const readKeys = ['HOST', 'PORT', 'SHUTDOWN_GRACE_MS', 'DRAIN_DELAY_MS'] as const;
const optionalKeys = ['KEEP_ALIVE_TIMEOUT_MS'] as const;

export interface ServiceOptions {
  readonly name: string;
  readonly config: Pick<ServiceConfig, (typeof readKeys)[number]> &
    Partial<Pick<ServiceConfig, (typeof optionalKeys)[number]>>;
  readonly app: RequestListener;
  /** The same object the app got. */
  readonly readiness?: Readiness;
  /** Closed one after the other once the last request is answered: clients, caches, the database last. */
  readonly onShutdown?: readonly Closable[];
  readonly logger: Logger;
  readonly limits?: Partial<ServerLimits>;
  /** Ends the process. @default process.exit */
  readonly exit?: (code: number) => void;
}

export interface RunningService {
  /** e.g. `http://127.0.0.1:4001` */
  readonly url: string;
  readonly server: Server;
  /** The same drain as on SIGTERM, without ending the process. */
  close(): Promise<void>;
}

/**
 * Listens, and on SIGTERM or SIGINT stops without failing a request: readiness off, drain delay, no new
 * connections, requests in flight finish, resources close in order, exit 0. A second signal or the end of the
 * grace time exits with 1.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  checkOptions('startService', options, startRules, ['name', 'config', 'app', 'logger']);
  checkConfig('startService', options.config, { required: readKeys, optional: optionalKeys });
  const {
    config,
    logger,
    name,
    readiness = createReadiness(),
    onShutdown = [],
    exit = process.exit,
  } = options;
  const { KEEP_ALIVE_TIMEOUT_MS: keepAliveTimeoutMs } = config;
  const server = createServer(options.app, {
    ...(keepAliveTimeoutMs !== undefined && { keepAliveTimeoutMs }),
    ...options.limits,
  });
  try {
    await listen(server, config.PORT, config.HOST);
  } catch (err) {
    logger.fatal(
      { err, host: config.HOST, port: config.PORT },
      `can not listen on ${config.HOST}:${config.PORT}`,
    );
    exit(1);
    throw err;
  }
  const url = urlOf(server, config.HOST);
  const timing = { drainDelayMs: config.DRAIN_DELAY_MS, graceMs: config.SHUTDOWN_GRACE_MS };
  const close = () => shutDown({ server, readiness, resources: onShutdown, logger, ...timing });
  closeOnSignals({ close, logger, exit, graceMs: config.SHUTDOWN_GRACE_MS });
  logger.info({ service: name, url }, 'listening');
  return { url, server, close };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
