import { readConfig } from '@ballast/service-kit';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';

const required = {
  PORT: '1',
  DATABASE_URL: 'postgres://a',
  INVENTORY_URL: 'http://a',
  RECOMMENDATION_URL: 'http://a',
};
const read = (env: Record<string, string>) => readConfig(configSchema, { ...required, ...env });

it.each([
  [{ IDEMPOTENCY_KEEP_MS: '4000', ORDER_LOCK_MS: '5000', DEADLINE_MAX_MS: '1000' }, 'ORDER_LOCK_MS (5000)'],
  [{ IDEMPOTENCY_KEEP_MS: '4000', ORDER_LOCK_MS: '1000' }, 'DEADLINE_MAX_MS (10000)'],
  [{ ORDER_KEEP_MS: '86399999', OUTBOX_KEEP_MS: '1000' }, 'IDEMPOTENCY_KEEP_MS (86400000)'],
  [{ ORDER_KEEP_MS: '20000', IDEMPOTENCY_KEEP_MS: '20000' }, 'OUTBOX_KEEP_MS (86400000)'],
])('%j is rejected at the start, and the error names both settings', (env, other) => {
  const [name = ''] = Object.keys(env);
  const expected = `${name}: expected at least ${other}, received ${JSON.stringify(Object.values(env)[0])}`;
  expect(() => read(env)).toThrow(expected);
});

it('a default that contradicts what is given is rejected as well', () => {
  expect(() => read({ OUTBOX_KEEP_MS: '2678400000', ORDER_KEEP_MS: '86400000' })).toThrow(
    'ORDER_KEEP_MS: expected at least OUTBOX_KEEP_MS (2678400000), received "86400000"',
  );
  expect(() =>
    read({ IDEMPOTENCY_KEEP_MS: '5000', ORDER_LOCK_MS: '1000', DEADLINE_MAX_MS: '5000' }),
  ).not.toThrow();
});

it('orders are kept for ever by default', () => {
  expect(read({}).ORDER_KEEP_MS).toBe(0);
});
