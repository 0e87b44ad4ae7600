// Sums every package's vitest report into the one line that closes the gate. A skipped test, or a report
// that was never written, fails it: "nothing ran" must not look like "nothing broke".
import { globSync, readFileSync } from 'node:fs';

const total = { passed: 0, failed: 0, skipped: 0 };

for (const manifest of globSync('{packages,services}/*/package.json').concat(
  'demo/package.json',
  'demo/supervisor/package.json',
  'tests/package.json',
)) {
  const scripts = JSON.parse(readFileSync(manifest, 'utf8')).scripts ?? {};
  for (const script of [scripts.test, scripts['test:compose']]) {
    const report = /--outputFile(?:\.json)?=(\S+\.json)/.exec(script)?.[1];
    if (report) add(manifest.replace('package.json', report));
  }
}

for (const report of globSync('packages/*/test-results-node*.json')) add(report);

function add(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.error(`!! no test report: ${path}`);
    total.failed += 1;
    return;
  }
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests + report.testResults.filter(isBrokenFile).length;
  total.skipped += report.numPendingTests + report.numTodoTests;
  for (const test of report.testResults.flatMap((file) => file.assertionResults)) {
    if (test.status !== 'passed') console.error(`!! ${test.status}: ${test.fullName}`);
  }
}

function isBrokenFile(file) {
  return file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed');
}

if (total.skipped > 0) console.error(`!! ${total.skipped} skipped, and here nothing may be`);
console.log(`${total.passed} passed, ${total.failed + total.skipped} failed`);
process.exitCode = total.failed + total.skipped > 0 || total.passed === 0 ? 1 : 0;
