import { defineConfig } from 'vitest/config';

// Real processes take long on a busy machine; what hangs is stopped all the same.
export default defineConfig({
  test: { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } },
});
