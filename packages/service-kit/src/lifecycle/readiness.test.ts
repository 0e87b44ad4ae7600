import type { BreakerState } from '@ballast/resilience';
import { ManualClock } from '@ballast/resilience/testing';
import { expect, test } from 'vitest';
import { createReadiness, degradedBy, type ReadinessReport } from './readiness.ts';

const up = async () => {};
const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
const hung = () => new Promise<never>(() => {});

test('a service without dependencies is ready', async () => {
  expect(await createReadiness().check()).toEqual({ status: 'ready', missing: {}, degraded: {} });
});

test('a required dependency that is away makes it not ready, without telling where it lives', async () => {
  const report = await createReadiness({ required: { postgres: away, other: up } }).check();
  expect(report).toEqual({ status: 'not-ready', missing: { postgres: 'not reachable' }, degraded: {} });
});

test('a required dependency that hangs counts as away after timeoutMs, and not before', async () => {
  const clock = new ManualClock();
  let report: ReadinessReport | undefined;
  const readiness = createReadiness({ required: { postgres: hung }, timeoutMs: 10, clock });
  void readiness.check().then((answer) => (report = answer));
  await clock.advance(9);
  expect(report).toBe(undefined);
  await clock.advance(1);
  expect(report?.missing).toEqual({ postgres: 'no answer within 10 ms' });
});

test('a check that throws at once counts as one that rejects', async () => {
  const broken = () => {
    throw new Error('a bug');
  };
  expect((await createReadiness({ required: { broken } }).check()).missing).toEqual({
    broken: 'not reachable',
  });
});

test('an optional dependency is named as degraded and never gates', async () => {
  const optional = { recommendation: () => 'breaker open', redis: () => undefined };
  expect(await createReadiness({ required: { postgres: up }, optional }).check()).toEqual({
    status: 'ready',
    missing: {},
    degraded: { recommendation: 'breaker open' },
  });
});

test.each<[BreakerState, string | undefined]>([
  ['closed', undefined],
  ['half-open', 'breaker half-open'],
  ['open', 'breaker open'],
  ['isolated', 'breaker isolated'],
])('a dependency with a %s breaker is degraded by: %s', (state, reason) => {
  expect(degradedBy({ snapshot: () => ({ policies: { breaker: { state } } }) })()).toBe(reason);
});

test('many probes at once are one check', async () => {
  let checks = 0;
  const readiness = createReadiness({ required: { postgres: async () => void checks++ } });
  await Promise.all(Array.from({ length: 50 }, () => readiness.check()));
  expect(checks).toBe(1);
  await readiness.check();
  expect(checks).toBe(2);
});

test('a draining service is not ready, whatever its dependencies say', async () => {
  const readiness = createReadiness({ required: { postgres: up } });
  expect(readiness.draining.aborted).toBe(false);
  readiness.drain();
  expect(readiness.draining.aborted).toBe(true);
  expect((await readiness.check()).status).toBe('draining');
});
