import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import {
  aFunction,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  withPatch,
} from '@ballast/resilience/primitives';
import { answerParserErrors } from '../problem/parser-errors.ts';
import { watchAnswers } from './idle-connections.ts';

/** Limits of the HTTP server itself. Times in ms. */
export interface ServerLimits {
  /** The whole request, body included. Node's own default of 300 s lets a slow body hold a socket for minutes. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** How often the two above are looked at; Node's default of 30 s makes them late by as much. */
  readonly connectionsCheckingIntervalMs: number;
  /**
   * How long an idle connection is kept. Longer than any balancer in front keeps it: whoever closes second may send a
   * request that meets the close, and balancers do not send a POST again.
   */
  readonly keepAliveTimeoutMs: number;
  readonly maxRequestsPerSocket: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
}

export const serverLimits: ServerLimits = {
  requestTimeoutMs: 5000,
  headersTimeoutMs: 3000,
  connectionsCheckingIntervalMs: 500,
  keepAliveTimeoutMs: 90_000,
  maxRequestsPerSocket: 10_000,
  maxConnections: 2048,
  maxHeaderBytes: 8 * 1024,
};

// Node takes 0 for "no limit" in most of these, and here everything has one.
const time = integer(1, longestTimerMs);

export const serverLimitRules = {
  requestTimeoutMs: time,
  headersTimeoutMs: time,
  connectionsCheckingIntervalMs: time,
  keepAliveTimeoutMs: time,
  maxRequestsPerSocket: integer(1),
  maxConnections: integer(1),
  maxHeaderBytes: integer(1),
};

/**
 * A node:http server with every limit set and problem+json for what the parser rejects.
 *
 * @throws {InvalidOptionError} for a limit that does not exist or makes no sense
 */
export function createServer(listener: RequestListener, overrides: Partial<ServerLimits> = {}): Server {
  checkArgument('createServer', 'listener', listener, aFunction);
  checkOptions('createServer', overrides, serverLimitRules);
  const limits = withPatch(serverLimits, overrides, serverLimitRules);
  const server = createHttpServer(
    {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: false,
    },
    listener,
  );
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.maxConnections = limits.maxConnections;
  return answerParserErrors(watchAnswers(server));
}
