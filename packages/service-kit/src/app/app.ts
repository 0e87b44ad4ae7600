import { anything, checkOptions, hasMethods, integer, listOf, text } from '@ballast/resilience/primitives';
import express, { type Express, type RequestHandler } from 'express';
import { createChaos } from '../chaos/chaos.ts';
import { injectFault } from '../chaos/chaos-faults.ts';
import { chaosRoutes, requireToken } from '../chaos/chaos-routes.ts';
import { limitedCapacity } from '../chaos/limited-capacity.ts';
import { aReadiness, createReadiness, type Readiness } from '../lifecycle/readiness.ts';
import { checkConfig, type ServiceConfig } from '../process/config.ts';
import { aLogger, type Logger, silentLogger } from '../process/logger.ts';
import { type AdmissionControl, anAdmissionControl } from '../request/admission.ts';
import { answerErrors, answerMethodNotAllowed, answerNotFound } from '../request/error-answers.ts';
import { ingress } from '../request/ingress.ts';
import { openApiDocument } from '../request/openapi.ts';
import { deadlineDefaults, stampArrival } from '../request/request-context.ts';
import type { RawRoute, Route } from '../request/route.ts';
import { type RouteSetting, routeHandlers } from '../request/route-handlers.ts';
import { healthRoutes } from './health-routes.ts';
import {
  type ResilienceSources,
  resiliencePath,
  resilienceRoute,
  resilienceRules,
} from './resilience-routes.ts';

/** The largest request body. @default 65536 */
export const defaultMaxBodyBytes = 64 * 1024;

export interface AppOptions {
  /** The service, as it calls itself in logs, health and OpenAPI. */
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly routes: readonly Route[];
  /**
   * For an operator: guarded by the token, and without one as if they did not exist. Not shed, broken or documented.
   */
  readonly operator?: { readonly token: string | undefined; readonly routes: readonly Route[] };
  readonly readiness?: Readiness;
  /** Shown by `GET /resilience`. */
  readonly resilience?: Omit<ResilienceSources, 'admission'>;
  /** A load shedder; without one every request is admitted. */
  readonly admission?: AdmissionControl;
  /** `CHAOS_TOKEN` mounts `/chaos`, guarded by it; the other two bound the time of a request. */
  readonly config?: Partial<Pick<ServiceConfig, (typeof readKeys)[number]>>;
  readonly maxBodyBytes?: number;
  readonly logger?: Logger;
}

const readKeys = ['CHAOS_TOKEN', 'DEADLINE_DEFAULT_MS', 'DEADLINE_MAX_MS'] as const;
const describedRoutes = listOf('a list of routes from describeRoute', (value) =>
  hasMethods(value, ['handle']),
);

const appRules = {
  name: text,
  version: text,
  description: text,
  routes: describedRoutes,
  operator: { token: { ...text, isSecret: true }, routes: describedRoutes },
  readiness: aReadiness,
  resilience: resilienceRules,
  admission: anAdmissionControl,
  config: anything,
  maxBodyBytes: integer(1),
  logger: aLogger,
};

/**
 * An express app with limits, deadlines, admission, health, `/resilience`, `/openapi.json` and problem+json for
 * every error. Hand it to `startService`, or to `createServer` in a test.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export function createApp(options: AppOptions): Express {
  checkOptions('createApp', options, appRules, ['name', 'routes']);
  if (options.config !== undefined) checkConfig('createApp', options.config, { optional: readKeys });
  const {
    name,
    version = '0.0.0',
    description,
    readiness = createReadiness(),
    logger = silentLogger,
  } = options;
  const { admission, resilience } = options;
  const setting = settingOf(options, logger);
  const chaosToken = options.config?.CHAOS_TOKEN;
  const chaos = chaosToken === undefined ? undefined : createChaos();
  const paths = new PathTable();

  const document = openApiDocument({ title: name, version, description }, options.routes, resiliencePath);
  paths.addRaw({
    method: 'get',
    path: '/openapi.json',
    handler: (_request, response) => void response.json(document),
  });
  paths.addRaw(resilienceRoute(name, { ...resilience, admission }, readiness.draining));
  for (const route of healthRoutes({ name, readiness, chaos, flags: resilience?.flags })) paths.addRaw(route);
  const business = { ...setting, limit: chaos && limitedCapacity(chaos, admission) };
  for (const route of options.routes)
    paths.add(route, routeHandlers(route, business, chaos ? [injectFault(chaos)] : []));
  const unshed = { ...setting, admission: undefined };
  const addGuarded = (token: string | undefined, routes: readonly Route[]) => {
    if (token === undefined) return;
    for (const route of routes) paths.add(route, [requireToken(token), ...routeHandlers(route, unshed, [])]);
  };
  addGuarded(chaosToken, chaos ? chaosRoutes(chaos, logger) : []);
  addGuarded(options.operator?.token, options.operator?.routes ?? []);
  return paths.mount(bareApp(readiness)).use(answerNotFound, answerErrors(logger));
}

function settingOf(options: AppOptions, logger: Logger): RouteSetting {
  const { DEADLINE_DEFAULT_MS: defaultMs, DEADLINE_MAX_MS: maxMs } = options.config ?? {};
  const deadline = { ...deadlineDefaults, ...(defaultMs && { defaultMs }), ...(maxMs && { maxMs }) };
  return {
    deadline,
    maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
    admission: options.admission,
    logger,
  };
}

function bareApp(readiness: Readiness): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  app.set('query parser', 'simple');
  return app.use(stampArrival, ...ingress(readiness));
}

// Grouped by path, because a 405 must list what the path does have.
class PathTable {
  readonly #paths = new Map<string, Map<string, RequestHandler[]>>();

  add({ method, path }: Pick<Route, 'method' | 'path'>, handlers: RequestHandler[]): void {
    const methods = this.#paths.get(path) ?? new Map<string, RequestHandler[]>();
    if (methods.has(method)) throw new TypeError(`${method} ${path} is described twice`);
    this.#paths.set(path, methods.set(method, handlers));
  }

  addRaw({ handler, ...route }: RawRoute): void {
    this.add(route, [handler]);
  }

  mount(app: Express): Express {
    for (const [path, methods] of this.#paths) {
      const route = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
      for (const [method, handlers] of methods) route[method as Route['method']](...handlers);
      route.all(answerMethodNotAllowed(Array.from(methods.keys(), (method) => method.toUpperCase())));
    }
    return app;
  }
}
