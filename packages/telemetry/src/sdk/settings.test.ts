import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { applySettings } from './settings.ts';

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
  const listed = (name: string) =>
    Number(new RegExp(`^\\| \`${name}\` \\| (\\d+) \\|`, 'm').exec(readme)?.[1]);
  expect({
    headRatio: listed('OTEL_TRACES_SAMPLER_ARG'),
    slowMs: listed('BALLAST_KEEP_SLOWER_THAN_MS'),
    maxQueue: listed('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxBatch: listed('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    batchDelayMs: listed('OTEL_BSP_SCHEDULE_DELAY'),
    metricIntervalMs: listed('OTEL_METRIC_EXPORT_INTERVAL'),
  }).toEqual(settingsOf({}));
});
