export { type AppOptions, createApp, defaultMaxBodyBytes } from './app/app.ts';
export {
  applyProtections,
  type FlagSource,
  type ProtectionFlag,
  type ProtectionName,
  protectionDefaults,
  protectionFlag,
  protectionFlags,
  protectionNames,
} from './app/protections.ts';
export type { ResilienceSources, Snapshotting } from './app/resilience-routes.ts';
export { chaosFaults, type FaultRequest, faultSchema, maxFaultMs, maxStallMs } from './chaos/chaos.ts';
export {
  type HttpClient,
  type HttpClientOptions,
  type HttpDispatcher,
  httpClient,
  httpClientDefaults,
} from './client/http-client.ts';
export type { HttpCallContext, JsonRequest } from './client/json-request.ts';
export { InvalidResponseError, UpstreamError, type UpstreamErrorDetails } from './client/upstream-errors.ts';
export {
  type BackgroundTask,
  type BackgroundTaskOptions,
  startBackgroundTask,
} from './lifecycle/background-task.ts';
export {
  createReadiness,
  degradedBy,
  type Readiness,
  type ReadinessOptions,
  type ReadinessReport,
} from './lifecycle/readiness.ts';
export {
  type CreatedService,
  type RunServiceOptions,
  runMigrations,
  runService,
  type ServiceParts,
} from './lifecycle/run-service.ts';
export { createServer, type ServerLimits, serverLimits } from './lifecycle/server.ts';
export type { Closable } from './lifecycle/shutdown.ts';
export { type RunningService, type ServiceOptions, startService } from './lifecycle/start-service.ts';
export { type Database, type DatabaseOptions, databaseDefaults, openDatabase } from './postgres/database.ts';
export { isDatabaseAway } from './postgres/database-problem.ts';
export { guardedStore, type QueryGuard } from './postgres/guarded-store.ts';
export { type MigrateOptions, migrate } from './postgres/migrate.ts';
export { postgresGuard } from './postgres/postgres-guard.ts';
export type { Migrations } from './postgres/schema-migrations.ts';
export { type Queryable, type Sql, sql } from './postgres/sql.ts';
export {
  type Problem,
  ProblemError,
  type ProblemExtras,
  problem,
  problemContentType,
  problemSchema,
} from './problem/problem.ts';
export { sendProblem } from './problem/send-problem.ts';
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
} from './process/config.ts';
export { type Logger, silentLogger } from './process/logger.ts';
export type { AdmissionControl } from './request/admission.ts';
export { toProblem } from './request/error-answers.ts';
export {
  type DeadlineOptions,
  deadlineDefaults,
  deadlineHeader,
  priorityHeader,
  type RequestContext,
  RequestEndedError,
} from './request/request-context.ts';
export {
  describeRoute,
  type ReplyDescription,
  type Route,
  type RouteDescription,
  type RouteRequest,
} from './request/route.ts';
