import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, settleWithin, systemClock } from '@ballast/resilience/primitives';
import { shutdownTelemetry } from '@ballast/telemetry';
import type { Logger } from '../process/logger.ts';
import { closeIdleConnections } from './idle-connections.ts';
import type { Readiness } from './readiness.ts';

/** Something that holds connections or files until it is closed. */
export interface Closable {
  readonly name?: string;
  close(): unknown;
}

interface ShutDown {
  readonly server: Server;
  readonly readiness: Readiness;
  readonly resources: readonly Closable[];
  readonly logger: Logger;
  /** How long to answer on after readiness is off, so that load balancers and keep-alive clients move away. */
  readonly drainDelayMs: number;
}

/** How often connections that have become idle are closed while requests finish. */
const idleSweepMs = 50;

/** Drains and closes everything, in the order that loses no request. */
export async function shutDown({
  server,
  readiness,
  resources,
  logger,
  drainDelayMs,
}: ShutDown): Promise<void> {
  readiness.drain();
  logger.info({ drainDelayMs }, 'draining');
  await delay(drainDelayMs);
  await closeServer(server);
  for (const resource of resources) {
    try {
      await resource.close();
    } catch (err) {
      // The next one must close all the same.
      logger.error({ err, resource: resource.name }, 'could not close');
    }
  }
  logger.info({}, 'closed');
  await shutdownTelemetry();
}

// http.Server.close() also ends the check of headersTimeout and requestTimeout (Node 24, lib/_http_server.js). Then one
// silent or half-sent connection, which is not idle either, would hold the process until the grace time is over.
async function closeServer(server: Server): Promise<void> {
  const sweep = setInterval(() => closeIdleConnections(server), idleSweepMs);
  await new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
  clearInterval(sweep);
  server.close();
}

interface SignalHandling {
  readonly close: () => Promise<void>;
  readonly logger: Logger;
  readonly exit: (code: number) => void;
  readonly graceMs: number;
  readonly clock?: Clock;
}

/** Runs `close` on the first SIGTERM or SIGINT; gives up on the second one or after the grace time. */
export function closeOnSignals({ close, logger, exit, graceMs, clock = systemClock }: SignalHandling): void {
  let isClosing = false;
  const onSignal = async (signal: NodeJS.Signals) => {
    if (isClosing) {
      logger.warn({ signal }, 'second signal: stopping at once');
      return exit(1);
    }
    isClosing = true;
    logger.info({ signal, graceMs }, 'stopping');
    const closed = await settleWithin(close(), graceMs, clock, 'background');
    if (closed.kind === 'timeout')
      logger.error({ graceMs }, 'SHUTDOWN_GRACE_MS is over: stopping with work in flight');
    if (closed.kind === 'failed') logger.fatal({ err: closed.error }, 'could not close: stopping');
    exit(closed.kind === 'done' ? 0 : 1);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A bug may have left anything half done, so the safe way on is a new process. It is logged like everything else.
  process.on('uncaughtException', (err) => {
    logger.fatal({ err }, 'uncaught error: stopping');
    exit(1);
  });
}
