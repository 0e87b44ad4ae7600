import { dependency, standardPolicy } from '@ballast/resilience';
import { InvalidOptionError as FromPrimitives } from '@ballast/resilience/primitives';
import { afterEach, expect, test, vi } from 'vitest';
import {
  asTask,
  createLogger,
  gauge,
  InvalidOptionError,
  keepRemarkable,
  observe,
  observeFlags,
  recordAll,
  shutdownTelemetry,
} from '../src/index.ts';
import { applySettings } from '../src/sdk/settings.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const run = async () => {};
const destination = { write: () => {} };
const inventory = dependency({ name: 'inventory', policy: standardPolicy(), call: run });
const logger = (options: unknown) => createLogger(options as { service: string });
const settingsOf = (env: Record<string, string>) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return applySettings();
};

const processor = { onStart: () => {}, onEnd: () => {}, forceFlush: run, shutdown: run };

const levels = 'one of trace, debug, info, warn, error, fatal, silent';
const samplers =
  'one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio';
const wholeCount = 'an integer >= 1';
const delay = 'an integer from 1 to 2147483647';

/** Every function of the package that takes options or arguments, with what it must reject. */
const cases: readonly (readonly [call: string, run: () => unknown, message: string])[] = [
  ['createLogger(null)', () => logger(null), 'createLogger: options must be an object, received null'],
  ['createLogger([])', () => logger([]), 'createLogger: options must be an object, received an array'],
  [
    'createLogger()',
    () => logger(undefined),
    'createLogger: service must be a non-empty string, received undefined',
  ],
  [
    'createLogger({})',
    () => logger({}),
    'createLogger: service must be a non-empty string, received undefined',
  ],
  [
    'createLogger({lvl})',
    () => logger({ service: 'orders', lvl: 'info' }),
    'createLogger: lvl is not an option, it must be one of service, level, destination',
  ],
  [
    'service: ""',
    () => logger({ service: '' }),
    'createLogger: service must be a non-empty string, received ""',
  ],
  [
    'level: "loud"',
    () => logger({ service: 'orders', level: 'loud' }),
    `createLogger: level must be ${levels}, received "loud"`,
  ],
  [
    'destination: 1',
    () => logger({ service: 'orders', destination: 1 }),
    'createLogger: destination must be a path or a stream with a write method, received 1',
  ],
  [
    'observe(null)',
    () => observe(null as never),
    'observe: dependency must be a dependency of @ballast/resilience, received null',
  ],
  [
    'observe(options)',
    () => observe({ name: 'inventory', policy: {}, call: run } as never),
    'observe: dependency must be a dependency of @ballast/resilience, received an object',
  ],
  [
    'observe(nameless)',
    () => observe({ ...inventory, name: '', onEvent: run, carryContext: run, snapshot: run } as never),
    'observe: dependency.name must be a non-empty string, received ""',
  ],
  [
    'observeFlags()',
    () => observeFlags(undefined as never),
    'observeFlags: flags must be flags of @ballast/flags, received undefined',
  ],
  [
    'observeFlags({})',
    () => observeFlags({} as never),
    'observeFlags: flags must be flags of @ballast/flags, received an object',
  ],
  [
    'keepRemarkable()',
    () => keepRemarkable(undefined as never),
    'keepRemarkable: next must be a span processor, received undefined',
  ],
  [
    'keepRemarkable({})',
    () => keepRemarkable({} as never),
    'keepRemarkable: next must be a span processor, received an object',
  ],
  [
    'keepRemarkable(null)',
    () => keepRemarkable(processor, null as never),
    'keepRemarkable: options must be an object, received null',
  ],
  [
    'keepRemarkable({slow})',
    () => keepRemarkable(processor, { slow: 1 } as never),
    'keepRemarkable: slow is not an option, it must be one of slowMs',
  ],
  [
    'slowMs: NaN',
    () => keepRemarkable(processor, { slowMs: Number.NaN }),
    'keepRemarkable: slowMs must be a number >= 0, received NaN',
  ],
  ['recordAll(null)', () => recordAll(null as never), 'recordAll: options must be an object, received null'],
  [
    'recordAll({share})',
    () => recordAll({ share: 1 } as never),
    'recordAll: share is not an option, it must be one of ratio',
  ],
  ['ratio: 10', () => recordAll({ ratio: 10 }), 'recordAll: ratio must be a number from 0 to 1, received 10'],
  ['gauge("")', () => gauge('', 's'), 'gauge: name must be a non-empty string, received ""'],
  [
    'gauge(name)',
    () => gauge('outbox.parked', undefined as never),
    'gauge: unit must be a non-empty string, received undefined',
  ],
  ['asTask("")', () => asTask('', run), 'asTask: name must be a non-empty string, received ""'],
  [
    'asTask(name)',
    () => asTask('settle', undefined as never),
    'asTask: run must be a function, received undefined',
  ],
  [
    'shutdownTelemetry("2s")',
    () => shutdownTelemetry('2s' as never),
    'shutdownTelemetry: timeoutMs must be a number from 0 to 2147483647, received "2s"',
  ],
  [
    'shutdownTelemetry(NaN)',
    () => shutdownTelemetry(Number.NaN),
    'shutdownTelemetry: timeoutMs must be a number from 0 to 2147483647, received NaN',
  ],
  [
    'shutdownTelemetry(Infinity)',
    () => shutdownTelemetry(Number.POSITIVE_INFINITY),
    'shutdownTelemetry: timeoutMs must be a number from 0 to 2147483647, received Infinity',
  ],
  [
    'shutdownTelemetry(2000, {})',
    () => shutdownTelemetry(2000, {} as never),
    'shutdownTelemetry: clock must be an object with now() and setTimer(), received an object',
  ],
  ...(
    [
      [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, samplers],
      [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10' }, 'a number from 0 to 1'],
      [{ OTEL_TRACES_SAMPLER_ARG: 'ten' }, 'a number from 0 to 1'],
      [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'one of otlp, console, none'],
      [{ OTEL_LOGS_EXPORTER: 'file' }, 'one of otlp, console, none'],
      [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http' }, 'one of grpc, http/json, http/protobuf'],
      [{ BALLAST_INSTRUMENTATIONS: 'thin' }, 'one of lean, published'],
      [{ BALLAST_KEEP_SLOWER_THAN_MS: '-1' }, 'a number >= 0'],
      [{ BALLAST_KEEP_SLOWER_THAN_MS: '500ms' }, 'a number >= 0'],
      [{ OTEL_BSP_MAX_QUEUE_SIZE: '0' }, wholeCount],
      [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1.5' }, wholeCount],
      [
        { OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' },
        '<= OTEL_BSP_MAX_QUEUE_SIZE (100)',
      ],
      [{ OTEL_BSP_SCHEDULE_DELAY: '1s' }, delay],
      [{ OTEL_METRIC_EXPORT_INTERVAL: '99999999999' }, delay],
    ] as const
  ).map(([env, expected]) => {
    const [name, value] = Object.entries(env).at(-1) as [string, string];
    const received = Number.isNaN(Number(value)) ? JSON.stringify(value) : value;
    return [
      `${name}=${value}`,
      () => settingsOf(env),
      `telemetry: ${name} must be ${expected}, received ${received}`,
    ] as const;
  }),
];

test.each(cases)('%s is rejected by name', async (_, run, message) => {
  const error = await (async () => run())().catch((reason) => reason);
  expect(error).toBeInstanceOf(InvalidOptionError);
  expect(error).toMatchObject({ code: 'E_INVALID_OPTION', message });
});

test('the error is the class of @ballast/resilience, so that instanceof holds across packages', () => {
  expect(InvalidOptionError).toBe(FromPrimitives);
});

test('an option that is undefined counts as not given', () => {
  expect(logger({ service: 'orders', level: undefined, destination }).level).toBe('info');
});
