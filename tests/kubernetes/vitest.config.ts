import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['kubernetes/**/*.test.ts'],
    globalSetup: ['./kubernetes/lifecycle.ts'],
    // One system, broken on purpose by one test at a time.
    fileParallelism: false,
    // The autoscaler waits for minutes before it scales down, and one test waits for that twice.
    testTimeout: 1_200_000,
    hookTimeout: 300_000,
  },
});
