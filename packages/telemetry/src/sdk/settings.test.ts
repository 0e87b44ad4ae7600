import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { applySettings, defaults } from './settings.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const settingsOf = (env: Record<string, string>) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return applySettings();
};

test('an environment that sets nothing gives the defaults', () => {
  expect(settingsOf({})).toEqual({
    headRatio: 1,
    slowMs: 500,
    maxQueue: 4096,
    maxBatch: 512,
    batchDelayMs: 1000,
    instrumentations: 'lean',
  });
  expect(process.env.OTEL_METRIC_EXPORT_INTERVAL).toBe('5000');
});

test('an empty variable counts as not set', () => {
  expect(settingsOf({ OTEL_BSP_MAX_QUEUE_SIZE: '', OTEL_TRACES_SAMPLER: '' })).toEqual(settingsOf({}));
});

test.each([
  [{ OTEL_TRACES_SAMPLER: 'always_on' }, 1],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 0],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }, 0.1],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, 1],
  [{ OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: '0.1' }, 1],
])('%j makes the head ratio %d', (env, headRatio) => {
  expect(settingsOf(env as Record<string, string>).headRatio).toBe(headRatio);
});

test('a queue smaller than a batch makes batches as small as the queue', () => {
  expect(settingsOf({ OTEL_BSP_MAX_QUEUE_SIZE: '100' })).toMatchObject({ maxQueue: 100, maxBatch: 100 });
});

test('the README has the same defaults', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const rows = readme.matchAll(/^\| (`[A-Z_`, ]+`) \| ([^|]+) \|/gm);
  const listed = Object.fromEntries(
    [...rows].flatMap(([, names = '', values = '']) => {
      const each = values.split(', ');
      return names.split(', ').map((name, index) => [name.replaceAll('`', ''), each[index]] as const);
    }),
  );
  const { headRatio, slowMs, maxBatch, instrumentations } = settingsOf({});
  const expected: Record<string, string> = {
    ...defaults,
    OTEL_TRACES_SAMPLER_ARG: String(headRatio),
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(maxBatch),
    BALLAST_KEEP_SLOWER_THAN_MS: String(slowMs),
    BALLAST_INSTRUMENTATIONS: instrumentations,
  };
  expect(listed).toMatchObject(expected);
});
