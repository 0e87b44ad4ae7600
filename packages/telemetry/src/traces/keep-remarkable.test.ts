import {
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, test } from 'vitest';
import { keepRemarkable, keepTrace, maxWaitingSpans } from './keep-remarkable.ts';
import { recordAll } from './sampling.ts';

const exporter = new InMemorySpanExporter();
const tracer = tracerSampling(0);

function tracerSampling(headRatio: number) {
  const keep = keepRemarkable(new SimpleSpanProcessor({ exporter }), { slowMs: 500 });
  return new TracerProvider({ sampler: recordAll({ ratio: headRatio }), spanProcessors: [keep] }).getTracer(
    't',
  );
}

function start(name: string, parent?: Span, startTime?: HrTime): Span {
  const context: Context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  return tracer.startSpan(name, startTime === undefined ? {} : { startTime }, context);
}

const exported = () => exporter.getFinishedSpans().map(({ name }) => name);

describe('a trace outside the head sample', () => {
  beforeEach(() => exporter.reset());

  test('is not exported when nothing happens', () => {
    const order = start('order');
    start('query', order).end();
    order.end();
    expect(exported()).toEqual([]);
  });

  test('is exported whole when its root failed', () => {
    const order = start('order');
    start('query', order).end();
    order.setStatus({ code: SpanStatusCode.ERROR });
    order.end();
    expect(exported()).toEqual(['query', 'order']);
  });

  test('is exported whole when one of its spans failed', () => {
    const order = start('order');
    start('first', order).end();
    start('second', order).setStatus({ code: SpanStatusCode.ERROR }).end();
    order.end();
    expect(exported()).toEqual(['second', 'first', 'order']);
  });

  test('is exported whole when it was slow', () => {
    const order = start('order', undefined, [1, 0]);
    start('query', order).end();
    order.end([1, 600_000_000]);
    expect(exported()).toEqual(['query', 'order']);
  });

  test('is exported whole when a decision degraded it, and is marked as sampled for the services it calls from then on', () => {
    const order = start('order');
    const early = start('inventory', order);
    expect(early.spanContext().traceFlags).toBe(0);
    early.end();
    keepTrace(order);
    const late = start('recommendation', order);
    expect(late.spanContext().traceFlags).toBe(1);
    late.end();
    order.end();
    expect(exported()).toEqual(['recommendation', 'inventory', 'order']);
  });

  test('keeps a span that ends after its root', () => {
    const order = start('order');
    const background = start('background', order);
    keepTrace(order);
    order.end();
    background.end();
    expect(exported()).toEqual(['order', 'background']);
  });

  test('holds back a bounded number of spans', () => {
    const order = start('order');
    for (let index = 0; index < maxWaitingSpans + 10; index += 1) start('query', order).end();
    keepTrace(order);
    order.end();
    expect(exported()).toHaveLength(maxWaitingSpans + 1);
  });

  test('does not share its verdict with another request of the same trace', () => {
    const remote = trace.wrapSpanContext({
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags: 0,
      isRemote: true,
    });
    const reserve = start('reserve', remote);
    const confirm = start('confirm', remote);
    keepTrace(confirm);
    reserve.end();
    confirm.end();
    expect(exported()).toEqual(['confirm']);
  });
});

test('a caller that sampled the trace is followed', () => {
  exporter.reset();
  const remote = trace.wrapSpanContext({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
    isRemote: true,
  });
  start('reserve', remote).end();
  expect(exported()).toEqual(['reserve']);
});
