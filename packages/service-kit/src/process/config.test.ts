import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { databaseEnv, exitBadConfig, readConfig, serviceEnv, urlOf, wholeNumber } from './config.ts';

const schema = z.object({ ...serviceEnv, ...databaseEnv });
const valid = { PORT: '4001', DATABASE_URL: 'postgres://u:hunter2@127.0.0.1/orders' };

describe('a valid environment', () => {
  test('is parsed into values with defaults', () => {
    expect(readConfig(schema, valid)).toEqual({
      ...valid,
      PORT: 4001,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      SHUTDOWN_GRACE_MS: 12_000,
      DRAIN_DELAY_MS: 500,
      KEEP_ALIVE_TIMEOUT_MS: 90_000,
      DEADLINE_DEFAULT_MS: 2000,
      DEADLINE_MAX_MS: 10_000,
      DATABASE_POOL_MAX: 10,
      DATABASE_POOLER: 'none',
      MIGRATIONS: 'apply',
    });
  });

  test('leaves a request that has just begun the longest time it may take, after the drain delay', () => {
    const { SHUTDOWN_GRACE_MS, DRAIN_DELAY_MS, DEADLINE_MAX_MS } = readConfig(schema, valid);
    expect(SHUTDOWN_GRACE_MS).toBeGreaterThan(DRAIN_DELAY_MS + DEADLINE_MAX_MS);
  });

  test('may set optional keys to nothing', () => {
    expect(readConfig(schema, { ...valid, CHAOS_TOKEN: '', HOST: '' }).HOST).toBe('127.0.0.1');
  });
});

describe('a bad value', () => {
  test.each([
    ['PORT', 'http', 'PORT: expected a whole number from 0 to 65535, received "http"'],
    ['PORT', '65536', 'PORT: expected a whole number from 0 to 65535, received "65536"'],
    ['PORT', '1e3', 'PORT: expected a whole number from 0 to 65535, received "1e3"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL: '],
    ['CHAOS_TOKEN', 'short', 'CHAOS_TOKEN: expected at least 16 characters, received a value not shown here'],
  ])('%s=%s is rejected with its name and what was expected', (key, value, message) => {
    expect(() => readConfig(schema, { ...valid, [key]: value })).toThrow(message);
  });

  test('that contradicts another one is rejected, also when it is a default', () => {
    const keep = z
      .object({ KEEP_MS: wholeNumber(0, 100).prefault('10'), LOCK_MS: wholeNumber(0, 100) })
      .refine(({ KEEP_MS, LOCK_MS }) => KEEP_MS >= LOCK_MS, {
        path: ['KEEP_MS'],
        message: 'expected at least LOCK_MS',
      });
    expect(() => readConfig(keep, { LOCK_MS: '5', KEEP_MS: '4' })).toThrow(
      /^KEEP_MS: expected at least LOCK_MS, received "4"$/,
    );
    expect(() => readConfig(keep, { LOCK_MS: '50' })).toThrow(
      /^KEEP_MS: expected at least LOCK_MS, received the default$/,
    );
  });

  test('that is a secret is not repeated', () => {
    const databaseUrl = 'mysql://u:hunter2@host/db';
    expect(() => readConfig(schema, { ...valid, DATABASE_URL: databaseUrl })).toThrow(
      /^DATABASE_URL: expected a URL starting with postgres:\/\/ or postgresql:\/\/, received a value not shown here$/,
    );
  });

  test('is reported together with every other one', () => {
    const report = (() => {
      try {
        readConfig(schema, { PORT: 'x' });
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(report?.split('\n').map((line) => line.split(':', 1)[0])).toEqual(['PORT', 'DATABASE_URL']);
    expect(report).toContain('DATABASE_URL: is required');
  });
});

test('numbers and URLs name their bounds', () => {
  expect(wholeNumber(1, 9).safeParse('10').error?.issues[0]?.message).toBe(
    'expected a whole number from 1 to 9',
  );
  expect(urlOf('http', 'https').safeParse('http://inventory:4002').success).toBe(true);
  expect(urlOf('http').safeParse('inventory:4002').success).toBe(false);
});

test('a process with a bad value ends with code 78 and one line per key, without a stack', async () => {
  const index = new URL('./config.ts', import.meta.url).href;
  const main = `import { parseConfig, serviceEnv } from '${index}'; import { z } from 'zod';
    parseConfig(z.object(serviceEnv), { PORT: 'abc' }); console.log('listening');`;
  const args = ['--input-type=module-typescript', '-e', main];
  const ended = await new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: import.meta.dirname }, (error, out, err) =>
      resolve({ code: error?.code, out, err }),
    );
  });
  expect(ended).toEqual({
    code: exitBadConfig,
    out: '',
    err: 'PORT: expected a whole number from 0 to 65535, received "abc"\n',
  });
}, 30_000);
