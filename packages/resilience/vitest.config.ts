import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/nightly/**'],
    // The tests share nothing, so they can share a process.
    isolate: false,
    testTimeout: 60_000,
  },
});
