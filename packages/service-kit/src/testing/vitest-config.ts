import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The `vitest.config.ts` of a service: one PostgreSQL server for its tests, which start whole processes. */
export default defineConfig({
  test: {
    globalSetup: fileURLToPath(new URL('./setup.ts', import.meta.url)),
    include: ['test/**/*.test.ts'],
    hookTimeout: 30_000,
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
