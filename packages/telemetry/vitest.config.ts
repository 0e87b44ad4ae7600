import { defineConfig } from 'vitest/config';

// Real processes export within a time limit when they stop; on a machine that is too busy for that a test runs again.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 30_000, retry: 2 } });
