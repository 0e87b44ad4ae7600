import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['kubernetes/**/*.test.ts'],
    globalSetup: ['./kubernetes/lifecycle.ts'],
    // One system, broken on purpose by one test at a time.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
