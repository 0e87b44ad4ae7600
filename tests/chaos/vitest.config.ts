import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.chaos.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
  },
});
