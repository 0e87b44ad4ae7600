import { defaultAnswer, dependency, standardPolicy } from '@ballast/resilience';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { observe } from '../decisions/observe.ts';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { asTask } from './as-task.ts';

const { spans } = startTestingSdk();
const finished = () => spans.getFinishedSpans();

beforeEach(() => spans.reset());

describe('a task', () => {
  test('is a trace of its own, also when another trace is active', async () => {
    const settle = asTask('settle', async (order: string) => {
      trace.getTracer('test').startSpan('PUT', {}, context.active()).end();
      return `${order} settled`;
    });
    const answer = await trace.getTracer('test').startActiveSpan('request', (span) => {
      span.end();
      return settle('order 7');
    });
    expect(answer).toBe('order 7 settled');
    const [request, put, task] = finished();
    expect(task).toMatchObject({ name: 'settle', parentSpanContext: undefined });
    expect(task?.spanContext().traceId).not.toBe(request?.spanContext().traceId);
    expect(put?.parentSpanContext?.spanId).toBe(task?.spanContext().spanId);
  });

  test('has the decisions that were taken for it as events', async () => {
    const inventory = dependency({
      name: 'inventory',
      policy: standardPolicy({ retry: { maxAttempts: 1 } }),
      call: async () => Promise.reject(new Error('gone')),
      degrade: [defaultAnswer(() => 'later')],
    });
    observe(inventory);
    await asTask('settle', () => inventory.call(undefined))();
    expect(
      finished()
        .at(0)
        ?.events.map(({ name }) => name),
    ).toContain('resilience.fallback');
  });

  test('that fails rejects as before, and its span says why', async () => {
    const gone = Object.assign(new Error('no answer'), { code: 'ECONNREFUSED' });
    const settle = asTask('settle', () => Promise.reject(gone));
    await expect(settle()).rejects.toBe(gone);
    expect(finished().at(0)).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'no answer' },
      attributes: { 'error.type': 'ECONNREFUSED' },
    });
  });
});
