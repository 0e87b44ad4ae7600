export type { AdmissionControl } from './admission.ts';
export { type AppOptions, createApp, MAX_BODY_BYTES } from './app.ts';
export { type BackgroundTask, type BackgroundTaskOptions, startBackgroundTask } from './background-task.ts';
export { FAULTS, type FaultRequest, faultSchema, MAX_FAULT_MS, MAX_STALL_MS } from './chaos.ts';
export {
  bearerToken,
  ConfigError,
  databaseEnv,
  EXIT_BAD_CONFIG,
  parseConfig,
  readConfig,
  type ServiceConfig,
  serviceEnv,
  urlOf,
  wholeNumber,
} from './config.ts';
export { DATABASE_DEFAULTS, type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { isDatabaseAway } from './database-problem.ts';
export { guardedStore, type QueryGuard } from './guarded-store.ts';
export {
  HTTP_CLIENT_DEFAULTS,
  type HttpCallContext,
  type HttpClient,
  type HttpClientOptions,
  httpClient,
  type JsonRequest,
} from './http-client.ts';
export { type Logger, silentLogger } from './logger.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export {
  PROBLEM_CONTENT_TYPE,
  type Problem,
  ProblemError,
  type ProblemExtras,
  problem,
  problemSchema,
} from './problem.ts';
export { applyProtections, type FlagSource, PROTECTION_FLAGS } from './protections.ts';
export {
  createReadiness,
  degradedBy,
  type Readiness,
  type ReadinessOptions,
  type ReadinessReport,
} from './readiness.ts';
export {
  DEADLINE_DEFAULTS,
  DEADLINE_HEADER,
  type DeadlineOptions,
  PRIORITY_HEADER,
  type RequestContext,
  RequestEndedError,
} from './request-context.ts';
export type { ResilienceSources, Snapshotting } from './resilience-routes.ts';
export {
  describeRoute,
  type ReplyDescription,
  type Route,
  type RouteDescription,
  type RouteRequest,
} from './route.ts';
export { createServer, SERVER_LIMITS, type ServerLimits } from './server.ts';
export type { Closable } from './shutdown.ts';
export { type RunningService, type ServiceOptions, startService } from './start-service.ts';
export { InvalidResponseError, UpstreamError, type UpstreamErrorDetails } from './upstream-errors.ts';
