import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of the healthy stack come before those that break it; alert rules need no stack. */
const order = [
  'healthy.test.ts',
  'faults.test.ts',
  'dashboards.test.ts',
  'registry.test.ts',
  'alert-rules.test.ts',
];

class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => order.indexOf(basename(moduleId));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ['compose/**/*.test.ts'],
    globalSetup: ['./compose/lifecycle.ts'],
    // All tests share one stack, and one test at a time may break it.
    fileParallelism: false,
    sequence: { concurrent: false, sequencer: AsListed },
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
