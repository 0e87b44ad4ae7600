export type { AdmissionControl } from './admission.ts';
export { type AppOptions, createApp, defaultMaxBodyBytes } from './app.ts';
export { type BackgroundTask, type BackgroundTaskOptions, startBackgroundTask } from './background-task.ts';
export { chaosFaults, type FaultRequest, faultSchema, maxFaultMs, maxStallMs } from './chaos.ts';
export {
  bearerToken,
  ConfigError,
  databaseEnv,
  exitBadConfig,
  parseConfig,
  readConfig,
  type ServiceConfig,
  serviceEnv,
  urlOf,
  wholeNumber,
} from './config.ts';
export { type Database, type DatabaseOptions, databaseDefaults, openDatabase } from './database.ts';
export { isDatabaseAway } from './database-problem.ts';
export { guardedStore, type QueryGuard } from './guarded-store.ts';
export {
  type HttpCallContext,
  type HttpClient,
  type HttpClientOptions,
  httpClient,
  httpClientDefaults,
  type JsonRequest,
} from './http-client.ts';
export { type Logger, silentLogger } from './logger.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export {
  type Problem,
  ProblemError,
  type ProblemExtras,
  problem,
  problemContentType,
  problemSchema,
} from './problem.ts';
export { applyProtections, type FlagSource, protectionFlags } from './protections.ts';
export {
  createReadiness,
  degradedBy,
  type Readiness,
  type ReadinessOptions,
  type ReadinessReport,
} from './readiness.ts';
export {
  type DeadlineOptions,
  deadlineDefaults,
  deadlineHeader,
  priorityHeader,
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
export { createServer, type ServerLimits, serverLimits } from './server.ts';
export type { Closable } from './shutdown.ts';
export { type RunningService, type ServiceOptions, startService } from './start-service.ts';
export { InvalidResponseError, UpstreamError, type UpstreamErrorDetails } from './upstream-errors.ts';
