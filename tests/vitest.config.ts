import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // These start whole systems and measure them: one at a time, or they measure each other.
    fileParallelism: false,
    exclude: ['compose/**', 'scenarios/**', 'kubernetes/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What was seen a second ago may stand for that second: a poll has to outlast it.
    expect: { poll: { timeout: 10_000 } },
  },
});
