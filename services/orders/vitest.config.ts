import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: fileURLToPath(import.meta.resolve('@ballast/service-kit/testing-setup')),
    include: ['test/**/*.test.ts'],
    hookTimeout: 30_000,
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
