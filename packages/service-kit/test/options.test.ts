import { InvalidOptionError as FromPrimitives } from '@ballast/resilience/primitives';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createApp,
  createReadiness,
  createServer,
  degradedBy,
  describeRoute,
  httpClient,
  migrate,
  openDatabase,
  postgresGuard,
  problem,
  readConfig,
  runMigrations,
  runService,
  sql,
  startBackgroundTask,
  startService,
  urlOf,
  wholeNumber,
} from '../src/index.ts';
import { startTestService } from '../src/testing/index.ts';
import { putThing } from './things.ts';

// Every object of options that this package takes, with a name it does not know and values it can't use.
// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;

const migrations = { '0001': sql`select` };
const config = { HOST: '127.0.0.1', PORT: 0, SHUTDOWN_GRACE_MS: 1000, DRAIN_DELAY_MS: 0 };
const route = {
  method: 'get',
  path: '/x',
  name: 'x',
  summary: 'x',
  responses: { 200: { description: 'x' } },
  handle: () => ({ status: 200 }),
};
const app = () => {};
const logger = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const client = () => httpClient({ name: 'x', baseUrl: 'http://127.0.0.1:1' });
const url = 'postgres://user:hunter2@127.0.0.1:1/x';

/** `options` over what must be given; what is no object of options is passed as it is. */
const over = (required: object, options: Anything) =>
  Object.getPrototypeOf(options ?? 0) === Object.prototype ? { ...required, ...options } : options;

const times = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '1s', null];
const counts = [0, -1, 1.5, Number.NaN, '5', null];
const names = ['', 7, null];
const loggers = [null, 'console', {}, { info() {} }];
const schemas = [null, {}, 'string'];
const functions = [null, {}, 'run'];

interface Subject {
  readonly take: (options: Anything) => unknown;
  readonly wrong: Readonly<Record<string, readonly unknown[]>>;
}

const subjects: Record<string, Subject> = {
  createApp: {
    take: (options) => createApp(over({ name: 'x', routes: [] }, options)),
    wrong: {
      admision: [{}],
      name: names,
      version: names,
      description: names,
      routes: [null, {}, [null], [{}], [() => {}]],
      operator: [null, [], { tokn: 'x', routes: [] }, { token: '', routes: [] }, { token: 'x', routes: {} }],
      readiness: [null, {}, { check() {} }, () => true],
      resilience: [null, { dependency: [] }, { dependencies: [{}] }, { caches: {} }, { flags: true }],
      admission: [null, {}, { admit() {} }],
      config: [null, 'x', { CHAOS_TOKEN: 5 }, { DEADLINE_MAX_MS: 0 }, { DEADLINE_DEFAULT_MS: '5' }],
      maxBodyBytes: counts,
      logger: loggers,
    },
  },
  createReadiness: {
    take: createReadiness,
    wrong: {
      require: [{}],
      required: [null, [], { postgres: true }],
      optional: [null, [], { redis: 'up' }],
      timeoutMs: times,
      clock: [null, Date, {}],
    },
  },
  createServer: {
    take: (options) => createServer(app, options),
    wrong: {
      requestTimeout: [5],
      requestTimeoutMs: times,
      headersTimeoutMs: times,
      connectionsCheckingIntervalMs: times,
      keepAliveTimeoutMs: times,
      maxRequestsPerSocket: counts,
      maxConnections: counts,
      maxHeaderBytes: counts,
    },
  },
  startService: {
    take: (options) => startService(over({ name: 'x', config, app, logger }, options)),
    wrong: {
      onShutDown: [[]],
      name: names,
      config: [null, {}, { ...config, PORT: -1 }, { ...config, HOST: '' }, { ...config, DRAIN_DELAY_MS: -1 }],
      app: functions,
      readiness: [null, {}],
      onShutdown: [null, {}, [null], [{}], [() => {}]],
      logger: loggers,
      limits: [null, [], { maxConection: 5 }, { maxConnections: 0 }],
      exit: functions,
    },
  },
  runService: {
    take: (options) =>
      runService(
        over(
          { name: 'x', configSchema: z.object({}), migrations, openFlags: app, create: app },
          options,
        ) as never,
      ),
    wrong: {
      schema: [{}],
      name: names,
      configSchema: schemas,
      migrations: [null, [], 'select'],
      openFlags: functions,
      create: functions,
    },
  },
  startBackgroundTask: {
    take: (options) =>
      startBackgroundTask(over({ name: 'x', everyMs: 60_000, run: async () => {} }, options)),
    wrong: {
      every: [5],
      name: names,
      everyMs: times,
      run: functions,
      logger: loggers,
      random: [0.5, null],
      clock: [null, Date],
      dispatcher: [null, {}, { request() {} }],
    },
  },
  httpClient: {
    take: (options) => httpClient(over({ name: 'x', baseUrl: 'http://127.0.0.1:1' }, options)),
    wrong: {
      maxConection: [5],
      name: names,
      baseUrl: [null, '', 'localhost', 'ftp://h', 5, new URL('http://h')],
      maxConnections: counts,
      maxConnectionAgeMs: times,
      connectTimeoutMs: times,
      responseTimeoutMs: times,
      maxBodyBytes: counts,
      deadlineMarginMs: [-1, Number.NaN, '10', null],
      clock: [null, Date],
    },
  },
  'client.json': {
    take: (options) => client().json(over({ method: 'GET', path: '/', schema: z.unknown() }, options)),
    wrong: {
      timeoutMs: [5],
      method: ['get', 'HEAD', null],
      path: ['', 'x', null, 5],
      headers: [null, [], 'x', { accept: 5 }],
      schema: schemas,
      ctx: [
        null,
        5,
        [],
        { signal: {} },
        { attempt: 0 },
        { attempt: '1' },
        { priority: 'high' },
        { remainingMs: 5 },
      ],
      maxBodyBytes: counts,
    },
  },
  describeRoute: {
    take: (options) => describeRoute(over(route, options)),
    wrong: {
      querry: [z.object({})],
      method: ['GET', 'head', null],
      path: ['', 'x', null],
      name: names,
      summary: names,
      description: names,
      priority: ['high', null],
      deadlineMs: times,
      params: schemas,
      query: schemas,
      headers: schemas,
      body: schemas,
      responses: [
        null,
        [],
        { 200: null },
        { 200: { descripton: 'x' } },
        { 200: { schema: z.unknown() } },
        { 200: { description: 'x', schema: {} } },
      ],
      problems: [null, [], { 404: 5 }],
      handle: functions,
    },
  },
  problem: {
    take: (extras) => problem(503, 'overloaded', 'x', extras),
    wrong: {
      retryAfterMS: [5],
      retryAfterMs: [-1, Number.NaN, '5', null],
      headers: [null, [], { allow: 5 }],
      errors: [null, {}, [null], [{ pointer: '/x' }]],
    },
  },
  openDatabase: {
    take: (options) => openDatabase(over({ url, name: 'x', migrations }, options)),
    wrong: {
      maxConection: [5],
      name: names,
      maxConnections: counts,
      pooler: [null, 'session', true],
      maxConnectionAgeMs: [0, 999, Number.NaN, '60 s'],
      clock: [null, {}],
      random: functions,
      logger: loggers,
    },
  },
  migrate: {
    take: (options) => migrate(over({ url, name: 'x', migrations }, options)),
    wrong: { migration: [{}], name: names, migrations: [null, [], { '0001': 'select' }], logger: loggers },
  },
  startTestService: {
    take: (options) =>
      startTestService(
        over(
          { name: 'x', configSchema: z.object({}), migrations, env: {}, flags: {}, create: app },
          options,
        ) as never,
      ),
    wrong: {
      environment: [{}],
      name: names,
      configSchema: schemas,
      migrations: [null, []],
      env: [null, [], { PORT: 5 }],
      flags: [null, true],
      create: functions,
    },
  },
};

async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    const result = await action();
    await (result as { close?: () => unknown } | undefined)?.close?.();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

describe.each(Object.entries(subjects))('%s', (_name, { take, wrong }) => {
  const cases = Object.entries(wrong).flatMap(([option, values]) => values.map((value) => [option, value]));

  test.each(cases)('rejects %s: %j by name', async (option, value) => {
    const error = await errorOf(() => take({ [option as string]: value }));
    expect(error).toBeInstanceOf(FromPrimitives);
    expect((error as FromPrimitives).code).toBe('E_INVALID_OPTION');
    expect(`${(error as FromPrimitives).option}.`).toMatch(new RegExp(`^${option}\\.`));
  });

  test.each([[null], ['options'], [7], [[]]])('rejects %j in place of its options', async (options) => {
    expect(await errorOf(() => take(options))).toBeInstanceOf(FromPrimitives);
  });
});

test.each<[string, () => unknown, string]>([
  ['createApp without routes', () => createApp({ name: 'x' } as never), 'routes'],
  ['startService without a logger', () => startService({ name: 'x', config, app } as never), 'logger'],
  ['httpClient without a URL', () => httpClient({ name: 'x' } as never), 'baseUrl'],
  ['json without a schema', () => client().json({ method: 'GET', path: '/' } as never), 'schema'],
  ['a task that does nothing', () => startBackgroundTask({ name: 'x', everyMs: 5 } as never), 'run'],
  ['runService without create', () => runService({ name: 'x' } as never), 'configSchema'],
  ['a server without a listener', () => createServer(undefined as never), 'listener'],
  ['degradedBy of nothing', () => degradedBy(undefined as never), 'dependency'],
  ['degradedBy of a name', () => degradedBy('postgres' as never), 'dependency'],
  ['a problem that is a success', () => problem(200, 'fine'), 'status'],
  ['a problem with a sentence as code', () => problem(400, 'Not good'), 'code'],
  ['a problem with an object as detail', () => problem(400, 'bad', {} as never), 'detail'],
  ['readConfig without a schema', () => readConfig(undefined as never), 'schema'],
  ['readConfig with no environment', () => readConfig(z.object({}), null as never), 'env'],
  ['wholeNumber of NaN', () => wholeNumber(Number.NaN, 5), 'min'],
  ['wholeNumber with bounds the wrong way round', () => wholeNumber(5, 4), 'max'],
  ['urlOf without a scheme', () => urlOf(), 'schemes'],
  ['urlOf with a URL', () => urlOf('http://'), 'schemes'],
  ['runMigrations without a name', () => runMigrations('', migrations), 'name'],
  ['runMigrations without migrations', () => runMigrations('x', null as never), 'migrations'],
  ['a guard of no connections', () => postgresGuard(0), 'bulkhead.maxConcurrent'],
])('rejects %s', async (_name, action, option) => {
  const error = await errorOf(action);
  expect(error).toBeInstanceOf(FromPrimitives);
  expect((error as FromPrimitives).option).toBe(option);
});

test('a secret never appears in an error', async () => {
  const secret = 'hunter2hunter2hunter2';
  const wrong = [
    () => httpClient({ name: 'x', baseUrl: `ftp://user:${secret}@host` }),
    () => createApp({ name: 'x', routes: [], config: { CHAOS_TOKEN: [secret] } as never }),
    () => createApp({ name: 'x', routes: [], operator: { token: [secret], routes: [] } as never }),
    () => createApp(secret as never),
    () => httpClient(`http://user:${secret}@host` as never),
  ];
  for (const action of wrong) {
    const error = await errorOf(action);
    expect(error).toBeInstanceOf(FromPrimitives);
    expect(JSON.stringify({ ...(error as Error), message: (error as Error).message })).not.toContain(secret);
  }
});

test('an option that is undefined counts as not given', () => {
  expect(() =>
    createApp({ name: 'x', routes: [putThing()], logger: undefined, admission: undefined } as never),
  ).not.toThrow();
  expect(httpClient({ name: 'x', baseUrl: 'http://h', maxConnections: undefined } as never).name).toBe('x');
  expect(() => createServer(app, { maxConnections: undefined } as never).close()).not.toThrow();
});

test('the whole configuration of a service may be given, and what is not for the app is left alone', () => {
  const whole = {
    ...config,
    CHAOS_TOKEN: undefined,
    DEADLINE_MAX_MS: 5,
    LOG_LEVEL: 'info',
    ORDER_LOCK_MS: 1,
  };
  expect(() => createApp({ name: 'x', routes: [], config: whole })).not.toThrow();
});
