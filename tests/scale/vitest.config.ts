import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    // Five million rows in each of three databases take minutes to write.
    hookTimeout: 1_200_000,
    env: { SCALE_ROWS: process.env.SCALE_ROWS ?? '5000000' },
  },
});
