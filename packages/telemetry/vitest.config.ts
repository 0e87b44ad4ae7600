import { defineConfig } from 'vitest/config';

// Real processes flush within a bound when they stop; a machine that starves them for that long gets another try.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 30_000, retry: 2 } });
