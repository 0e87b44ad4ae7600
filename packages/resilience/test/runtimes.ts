/** Runs the package's tests under every version of Node that its `engines` promises, besides the one in use. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

for (const major of ['22', '26']) {
  const report = `--outputFile.json=test-results-node${major}.json`;
  const args = ['-y', '-p', `node@${major}`, 'node', vitest, 'run', '--reporter=json', report];
  const { status } = spawnSync('npx', args, { stdio: 'inherit' });
  process.stdout.write(`the tests ${status === 0 ? 'pass' : 'fail'} under Node ${major}\n`);
  if (status !== 0) process.exit(1);
}
