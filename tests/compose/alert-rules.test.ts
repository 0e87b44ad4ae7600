import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { compose } from './stack.ts';

const folder = resolve(import.meta.dirname, '../../infra/prometheus');
const scenarios = globSync('tests/*.yml', { cwd: folder });

test.each(scenarios)('%s: the right alerts fire, and no others', async (scenario) => {
  const promtool = [
    'run',
    '--rm',
    '--no-deps',
    '--volume',
    `${folder}:/alerts:ro`,
    '--entrypoint',
    '/bin/promtool',
  ];
  const verdict = await compose(...promtool, 'prometheus', 'test', 'rules', `/alerts/${scenario}`);
  expect(verdict).toContain('SUCCESS');
});
