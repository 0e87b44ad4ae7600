import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { AsyncContext } from '../traces/async-context.ts';
import { createLogger } from './logger.ts';
import { redactedKeys } from './secrets.ts';

function captured(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = [];
  log(createLogger({ service: 'orders', destination: { write: (line) => void lines.push(line) } }));
  return JSON.parse(lines[0] ?? '{}');
}

afterEach(() => context.disable());

test.each(redactedKeys)('a value under "%s" is censored down to three levels', (key) => {
  const line = captured((logger) =>
    logger.info({ [key]: 's3', a: { [key]: 's3', b: { [key]: 's3' } } }, 'connected'),
  );
  expect(JSON.stringify(line)).not.toContain('s3');
  expect(line).toMatchObject({ [key]: '[redacted]', a: { b: { [key]: '[redacted]' } } });
});

test('a line names service, level and time', () => {
  const line = captured((logger) => logger.warn('queue is full'));
  expect(line).toMatchObject({ service: 'orders', level: 'warn', msg: 'queue is full' });
  expect(new Date(String(line.time)).getTime()).toBeGreaterThan(0);
});

test('a line written inside a span carries its ids', () => {
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const line = captured((logger) => {
    context.setGlobalContextManager(new AsyncContext());
    context.with(trace.setSpanContext(ROOT_CONTEXT, ids), () => logger.info('reserved'));
  });
  expect(line).toMatchObject({ trace_id: ids.traceId, span_id: ids.spanId });
});

test('a line written outside any span carries none', () => {
  expect(captured((logger) => logger.info('listening'))).not.toHaveProperty('trace_id');
});
