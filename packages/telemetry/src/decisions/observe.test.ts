import { defaultAnswer, dependency, standardPolicy } from '@ballast/resilience';
import { trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { observe } from './observe.ts';

const { spans, seriesOf } = startTestingSdk();

const policy = () =>
  standardPolicy({ retry: { maxAttempts: 1 }, breaker: { minCalls: 2, failureRatio: 0.5 } });

function failing(name: string) {
  const degrade = [defaultAnswer(() => 'popular')];
  const broken = async () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
  return dependency({ name, policy: policy(), call: broken, degrade });
}

const placeOrder = <T>(call: () => Promise<T>) =>
  trace.getTracer('test').startActiveSpan('order', async (span) => {
    await call();
    span.end();
  });

beforeEach(() => spans.reset());

describe('an observed dependency', () => {
  test('counts calls by outcome and source', async () => {
    const recommendation = dependency({ name: 'healthy', policy: policy(), call: async () => 'lamp' });
    observe(recommendation);
    await recommendation.call(undefined);
    await recommendation.call(undefined);
    const attributes = { dependency: 'healthy', outcome: 'success', source: 'live' };
    expect(await seriesOf('resilience.calls')).toContainEqual({ attributes, value: 2 });
  });

  test('counts fallbacks and shows the open breaker', async () => {
    const recommendation = failing('failing');
    observe(recommendation);
    for (let call = 0; call < 3; call += 1) await recommendation.call(undefined);
    const fallbacks = (await seriesOf('resilience.fallbacks')).filter(
      (series) => series.attributes.dependency === 'failing',
    );
    expect(fallbacks.reduce((sum, { value }) => sum + Number(value), 0)).toBe(3);
    expect(await seriesOf('resilience.breaker.state')).toContainEqual({
      attributes: { dependency: 'failing' },
      value: 2,
    });
    expect(await seriesOf('resilience.breaker.transitions')).toContainEqual({
      attributes: { dependency: 'failing', from: 'closed', to: 'open' },
      value: 1,
    });
  });

  test("writes its decisions on the caller's span and marks it degraded", async () => {
    const recommendation = failing('decided');
    observe(recommendation);
    await placeOrder(() => recommendation.call(undefined));
    const [order] = spans.getFinishedSpans();
    expect(order?.attributes).toMatchObject({ 'resilience.degraded': true });
    expect(order?.events.map(({ name }) => name)).toContain('resilience.fallback');
    expect(order?.events.at(0)?.attributes).toMatchObject({
      dependency: 'decided',
      'error.type': 'ECONNREFUSED',
    });
  });

  test('writes nothing on the span of a call that simply works', async () => {
    const recommendation = dependency({ name: 'quiet', policy: policy(), call: async () => 'lamp' });
    observe(recommendation);
    await placeOrder(() => recommendation.call(undefined));
    expect(spans.getFinishedSpans()[0]?.events).toEqual([]);
    expect(spans.getFinishedSpans()[0]?.attributes).toEqual({});
  });

  test('writes each decision on the span of its own caller, also when another call wakes it', async () => {
    const slow = dependency({
      name: 'slow',
      policy: standardPolicy({
        attemptTimeoutMs: 20,
        bulkhead: { maxConcurrent: 1, queueTimeoutMs: 1000 },
        retry: { maxAttempts: 1 },
      }),
      call: (_: unknown, { signal }) =>
        new Promise<string>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      degrade: [defaultAnswer(() => 'popular')],
    });
    observe(slow);
    await Promise.all([1, 2, 3].map(() => placeOrder(() => slow.call(undefined))));
    const written = spans.getFinishedSpans().map(({ events }) => events.map(({ name }) => name));
    const decisions = ['attempt', 'retry.rejected', 'fallback', 'call.end'].map(
      (type) => `resilience.${type}`,
    );
    expect(written).toEqual([
      decisions,
      ['resilience.queued', ...decisions],
      ['resilience.queued', ...decisions],
    ]);
  });

  test('is not counted any more once the observer is stopped', async () => {
    const recommendation = failing('stopped');
    observe(recommendation)();
    await recommendation.call(undefined);
    const names = (await seriesOf('resilience.calls')).map(({ attributes }) => attributes.dependency);
    expect(names).not.toContain('stopped');
  });
});
