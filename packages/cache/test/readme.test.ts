import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as cache from '../src/index.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const rows = [...readme.matchAll(/^\| `(\w+)` +\| ([\d.]+) +\|/gm)].map(([, name, value]) => [
  name,
  Number(value),
]);

describe('README', () => {
  it('tells every option with the default it has', () => {
    expect(Object.fromEntries(rows)).toEqual({ ...cache.CACHE_DEFAULTS, ...cache.REDIS_DEFAULTS });
  });

  it('tells every error code', () => {
    const told = [...readme.matchAll(/`(E_CACHE_\w+)`/g)].map(([, code]) => code);
    const errors = [new cache.CacheLoadTimeoutError('x', 1), new cache.CacheInvalidValueError('x')];
    expect(told.sort()).toEqual(
      [...errors, new cache.CacheClosedError('x')].map((error) => error.code).sort(),
    );
  });
});
