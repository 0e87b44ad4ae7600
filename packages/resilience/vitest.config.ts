import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The tests share nothing, so they can share a process.
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], isolate: false, testTimeout: 60_000 },
});
