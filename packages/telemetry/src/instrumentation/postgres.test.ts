import { trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { observePool } from './postgres.ts';

const { spans } = startTestingSdk();
beforeEach(() => spans.reset());

type Callback = (error: Error | null, result?: unknown) => void;

/** Answers like pg: with a promise, or through the callback. Statements with "bad" fail. */
class FakeClient {
  query(...args: unknown[]): unknown {
    const text = String((args[0] as { text?: string }).text ?? args[0]);
    const error = text.includes('bad') ? Object.assign(new Error('no such table'), { code: '42P01' }) : null;
    const callback = args.at(-1);
    if (typeof callback === 'function') return (callback as Callback)(error, { rows: [] });
    return error ? Promise.reject(error) : Promise.resolve({ rows: [] });
  }
}

function connectedClient(): FakeClient {
  const client = new FakeClient();
  observePool({ on: (_event, listener: (client: never) => void) => listener(client as never) });
  return client;
}

async function inTrace(work: () => unknown): Promise<void> {
  await trace.getTracer('test').startActiveSpan('order', async (span) => {
    await work();
    span.end();
  });
}

const queries = () => spans.getFinishedSpans().filter(({ name }) => name !== 'order');

describe('a query inside a trace', () => {
  test.each([
    ['insert into "orders" ("id") values ($1)', 'INSERT orders'],
    ['select * from stock where sku = $1', 'SELECT stock'],
    ['update stock set reserved = $1', 'UPDATE stock'],
    ['begin', 'BEGIN'],
  ])('%s becomes a span named %s', async (text, summary) => {
    await inTrace(() => connectedClient().query(text, ['secret-value']));
    expect(queries()).toMatchObject([{ name: summary, attributes: { 'db.query.text': text } }]);
    expect(JSON.stringify(queries()[0]?.attributes)).not.toContain('secret-value');
  });

  test('that fails has the SQLSTATE as error type', async () => {
    await inTrace(() => expect(connectedClient().query('select bad')).rejects.toThrow('no such table'));
    expect(queries()).toMatchObject([{ attributes: { 'error.type': '42P01' }, status: { code: 2 } }]);
  });

  test('with a callback ends its span and calls back', async () => {
    const answers: unknown[] = [];
    await inTrace(() =>
      connectedClient().query({ text: 'select 1' }, (...answer: unknown[]) => answers.push(answer)),
    );
    expect(answers).toEqual([[null, { rows: [] }]]);
    expect(queries()).toHaveLength(1);
  });
});

test('a cursor, which ends when it pleases, makes no span', async () => {
  await inTrace(() => connectedClient().query({ text: 'select 1', submit: () => {} }));
  expect(queries()).toEqual([]);
});

test('a query outside any trace makes no span', async () => {
  await connectedClient().query('select 1');
  expect(queries()).toEqual([]);
});
