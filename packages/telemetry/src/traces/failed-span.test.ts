import { SpanStatusCode, trace } from '@opentelemetry/api';
import { beforeEach, expect, test } from 'vitest';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { markFailed } from './failed-span.ts';

const { spans } = startTestingSdk();
beforeEach(() => spans.reset());

test.each([
  [Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'gone'],
  [new TypeError('no function'), 'TypeError', 'no function'],
  [undefined, 'E_UNKNOWN', ''],
  ['text', 'E_UNKNOWN', ''],
])('a span that failed with %s has its code and its message', (error, type, message) => {
  const span = trace.getTracer('test').startSpan('order');
  markFailed(span, error);
  span.end();
  expect(spans.getFinishedSpans()).toMatchObject([
    { attributes: { 'error.type': type }, status: { code: SpanStatusCode.ERROR, message } },
  ]);
});
