import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@ballast/service-kit';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';
import { relayDefaults } from '../src/use-cases/relay.ts';

const defaults = {
  ...relayDefaults,
  ...readConfig(configSchema, {
    PORT: '1',
    DATABASE_URL: 'postgres://a',
    INVENTORY_URL: 'http://a',
    RECOMMENDATION_URL: 'http://a',
  }),
};

it.each([
  ['idempotency.md', 4],
  ['outbox.md', 9],
])('%s tells every default as it is', (page, count) => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/patterns', page), 'utf8');
  const told = [...text.matchAll(/^\| `(\w+)` +\| (\d+) /gm)].map(([, option, value]) => [
    option,
    Number(value),
  ]);
  expect(told).toHaveLength(count);
  expect(defaults).toMatchObject(Object.fromEntries(told));
});
