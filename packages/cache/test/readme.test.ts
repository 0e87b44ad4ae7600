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
  it('lists every option with its default', () => {
    expect(Object.fromEntries(rows)).toEqual({ ...cache.cacheDefaults, ...cache.redisDefaults });
  });

  it('lists every error code', () => {
    const codes = [...readme.matchAll(/^\| `(E_\w+)`/gm)].map(([, code]) => code);
    const errors = [
      new cache.CacheLoadTimeoutError('x', 1),
      new cache.CacheInvalidValueError('x'),
      new cache.CacheClosedError('x'),
      new cache.InvalidOptionError('x', 'y', 'z'),
    ];
    expect(codes.sort()).toEqual(errors.map((error) => error.code).sort());
  });
});

describe('the page of the pattern', () => {
  it('names the defaults of the code', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/patterns/stale-if-error.md'), 'utf8');
    const { ttlMs, ttlJitterRatio, revalidateMs, maxStaleMs, maxEntries, maxBytes } = cache.cacheDefaults;
    const { maxKeyBytes, maxValueBytes, redisTimeoutMs, redisMaxConcurrent } = cache.cacheDefaults;
    const { redisOpenMs, redisMaxOpenMs } = cache.cacheDefaults;
    const text = page.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      `\`ttlMs\` ${ttlMs / 1000} s, jitter ${ttlJitterRatio * 100} %, \`revalidateMs\` ${revalidateMs / 1000} s, ` +
        `\`maxStaleMs\` ${maxStaleMs / 60_000} min; ${maxEntries.toLocaleString('en')} entries and ` +
        `${maxBytes / 1_048_576} MiB in memory; keys up to ${maxKeyBytes} bytes, values up to ${maxValueBytes / 1024} KiB; ` +
        `\`redisTimeoutMs\` ${redisTimeoutMs}, \`redisMaxConcurrent\` ${redisMaxConcurrent}; ` +
        `a pause of ${redisOpenMs / 1000} s to ${redisMaxOpenMs / 1000} s`,
    );
  });
});
