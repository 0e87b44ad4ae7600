import { defineConfig } from 'vitest/config';

// Watching real files is slow on a busy machine, so the limits are wide; a test that hangs still ends.
export default defineConfig({
  test: { testTimeout: 60_000, hookTimeout: 30_000, expect: { poll: { timeout: 10_000 } } },
});
