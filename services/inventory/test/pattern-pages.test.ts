import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@ballast/service-kit';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';

it('reservations.md tells every default as it is', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/patterns/reservations.md'), 'utf8');
  const told = [...page.matchAll(/^\| `(\w+)` +\| (\d+) /gm)].map(([, option, value]) => [
    option,
    Number(value),
  ]);
  expect(told).toHaveLength(3);
  expect(readConfig(configSchema, { PORT: '1', DATABASE_URL: 'postgres://a' })).toMatchObject(
    Object.fromEntries(told),
  );
});
